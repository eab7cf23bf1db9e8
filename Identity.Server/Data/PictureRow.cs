namespace Identity.Server.Data;

/// <summary>The picture of an account, as it is served.</summary>
internal sealed class PictureRow
{
    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>The last part of its address: random, and another for each picture.</summary>
    public required string Name { get; init; }

    /// <summary>What was recognised, and not what was said.</summary>
    public required string MediaType { get; init; }

    public required byte[] Content { get; init; }

    public DateTimeOffset SetAt { get; init; }
}
