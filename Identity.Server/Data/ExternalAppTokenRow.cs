namespace Identity.Server.Data;

/// <summary>A provider's token for one of our apps.</summary>
internal sealed class ExternalAppTokenRow
{
    public required string AppId { get; init; }

    /// <summary>Protected; null before the first one came.</summary>
    public string? Token { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Until then one node fetches the next, and the others wait.</summary>
    public DateTimeOffset LeasedUntil { get; init; }
}
