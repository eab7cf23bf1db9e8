namespace Identity.Server.Data;

/// <summary>The API key of an account. The key itself is only here as ciphertext.</summary>
internal sealed class ApiKeyRow
{
    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public required byte[] Sealed { get; init; }

    /// <summary>What it is found by when it is presented; null for one that signs nobody in.</summary>
    public string? Mac { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Units of 100 ns below the millisecond: old clients wrote seven digits and expect them back.</summary>
    public int ExpiresRest { get; init; }

    /// <summary>The legacy number of whoever set it.</summary>
    public int SetByNumber { get; init; }

    public required string SetFrom { get; init; }

    public DateTimeOffset SetAt { get; init; }
}
