namespace Identity.Server.Data;

/// <summary>One line of the audit trail. It is added and, when its time is over, removed; nothing ever changes it.</summary>
internal sealed class AuditEventRow
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The log's event id, stable.</summary>
    public int EventId { get; init; }

    /// <summary>The event's name.</summary>
    public required string What { get; init; }

    public string? Subject { get; init; }

    public string? Address { get; init; }

    public string? ClientId { get; init; }

    /// <summary><c>ok</c>, <c>alarm</c>, or why it was refused.</summary>
    public required string Outcome { get; init; }

    /// <summary>A JSON object of what else the event names.</summary>
    public string? Detail { get; init; }
}
