namespace Identity.Server.Data;

/// <summary>A counter that other nodes watch to know that their snapshot is old.</summary>
internal sealed class ChangeRow
{
    public const string Clients = "clients";
    public const string Keys = "keys";

    public required string Name { get; init; }

    public long Version { get; set; }
}
