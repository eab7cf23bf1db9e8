namespace Identity.Server.Data;

/// <summary>A random root from which MAC and lookup keys are derived, wrapped by the master key.</summary>
internal sealed class RootKeyRow
{
    public int Id { get; init; }

    public required byte[] Wrapped { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
