namespace Identity.Server.Data;

internal sealed class LegacyCounterRow
{
    public required string Api { get; init; }

    public int NextNumber { get; init; }
}
