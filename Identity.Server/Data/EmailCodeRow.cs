namespace Identity.Server.Data;

internal sealed class EmailCodeRow
{
    /// <summary>A MAC over purpose and mailbox.</summary>
    public required string Key { get; init; }

    public required string CodeMac { get; init; }

    public DateTimeOffset SentAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public int Tries { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>Days since 1970, UTC, to which the two counters below belong.</summary>
    public long Day { get; init; }

    public int SentToday { get; init; }

    public int WrongToday { get; init; }
}
