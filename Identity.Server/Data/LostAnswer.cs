namespace Identity.Server.Data;

/// <summary>What a writer wants when the connection broke on its commit and nobody knows whether it stands (docs/decisions/0019). Without one the failure goes to the caller: an attempt that is charged or counted twice is worse than one that says it failed.</summary>
internal sealed class LostAnswer
{
    private LostAnswer(Func<IdentityDb, Task<bool>>? stands) => Stands = stands;

    /// <summary>For what changes nothing the second time, verdict included.</summary>
    public static LostAnswer Repeat { get; } = new(null);

    /// <summary>Whether the first one stands, asked once a repetition was refused; null when that cannot be.</summary>
    public Func<IdentityDb, Task<bool>>? Stands { get; }

    /// <summary>For what may be done once: it is done again, and where that is refused, the rows say whether we ourselves were first.</summary>
    /// <param name="stands">Looks for what nobody else can have written, such as an identifier that was drawn for this write.</param>
    public static LostAnswer Ask(Func<IdentityDb, Task<bool>> stands) => new(stands);
}
