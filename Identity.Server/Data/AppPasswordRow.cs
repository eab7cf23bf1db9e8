namespace Identity.Server.Data;

/// <summary>A password that the server made for one old client of an account with two-step verification.</summary>
internal sealed class AppPasswordRow
{
    /// <summary>A MAC over account and password.</summary>
    public required string Mac { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>What the person's pages call it by.</summary>
    public required string Id { get; init; }

    /// <summary>The person's own word for it.</summary>
    public required string Name { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }
}
