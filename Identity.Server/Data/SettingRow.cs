namespace Identity.Server.Data;

/// <summary>A fact about this database, such as which master key it was made with.</summary>
internal sealed class SettingRow
{
    public required string Name { get; init; }

    public required string Value { get; set; }
}
