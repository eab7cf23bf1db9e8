namespace Identity.Server.Data;

/// <summary>A mail that has still to leave. Recipient and text are sealed by the master key.</summary>
internal sealed class OutboxMailRow
{
    public const string Waiting = "waiting";
    public const string GivenUp = "given up";

    public required Guid Id { get; init; }

    public required byte[] Sealed { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it may be tried next; while somebody tries, when the others may.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>From here on it is of no use to its reader.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public int Attempts { get; init; }

    public required string State { get; init; }

    /// <summary>What the last attempt met, without the mailbox.</summary>
    public string? Failure { get; init; }
}
