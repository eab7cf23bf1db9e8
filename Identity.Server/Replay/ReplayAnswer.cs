namespace Identity.Server.Replay;

/// <summary>What a server answered, as far as a client can tell.</summary>
/// <param name="Headers">By name; several of one name are joined.</param>
internal sealed record ReplayAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public override string ToString() => nameof(ReplayAnswer);
}
