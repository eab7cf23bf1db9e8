namespace Identity.Server.Data;

/// <summary>How often one route of a legacy API gave one kind of answer to one version of a client.</summary>
internal sealed class LegacyUsageRow
{
    public required string Api { get; init; }

    public required string Route { get; init; }

    public required string Version { get; init; }

    public required string Outcome { get; init; }

    public long Calls { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }
}
