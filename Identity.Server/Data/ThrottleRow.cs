namespace Identity.Server.Data;

internal sealed class ThrottleRow
{
    /// <summary>A MAC, so that the table names nobody.</summary>
    public required string Key { get; init; }

    public int Charges { get; init; }

    public DateTimeOffset Since { get; init; }

    public DateTimeOffset BlockedUntil { get; init; }
}
