namespace Identity.Server.Data;

/// <summary>A browser that needs no second step for an account for some days; known by a handle in its cookie.</summary>
internal sealed class RememberedDeviceRow
{
    public required string HandleHash { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    /// <summary>When the sign-in began that it was remembered at.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
