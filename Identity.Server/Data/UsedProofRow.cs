namespace Identity.Server.Data;

/// <summary>A proof that was used; the row may go when the proof has expired.</summary>
internal sealed class UsedProofRow
{
    public required string Key { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
