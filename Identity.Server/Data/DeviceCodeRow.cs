namespace Identity.Server.Data;

/// <summary>A device that waits for its person, RFC 8628 §3.</summary>
internal sealed class DeviceCodeRow
{
    public required string DeviceHash { get; init; }

    /// <summary>Keyed, for what a person types has few bits.</summary>
    public required string UserHash { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    /// <summary>Space-separated, RFC 8707.</summary>
    public required string Resources { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The pause between two polls; it grows when the device does not keep it (§3.5).</summary>
    public int IntervalSeconds { get; init; }

    public DateTimeOffset NextPollAt { get; init; }

    /// <summary>When the person said yes or no.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Who said yes; null before, and after a no.</summary>
    public int? AccountId { get; init; }

    public Account? Account { get; init; }

    public string? Sid { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    public string? Amr { get; init; }

    public DateTimeOffset? RedeemedAt { get; init; }

    public Guid? FamilyId { get; init; }
}
