namespace Identity.Server.Data;

/// <summary>How a job of one node fares.</summary>
internal sealed class JobRunRow
{
    public required string Job { get; init; }

    public required string Node { get; init; }

    public DateTimeOffset LastRunAt { get; init; }

    public long Milliseconds { get; init; }

    public long Runs { get; init; }

    public long Failures { get; init; }

    /// <summary>The kind of the last failure; its text is in the log.</summary>
    public string? LastFailure { get; init; }

    public DateTimeOffset? FailedAt { get; init; }
}
