namespace Identity.Server.Data;

/// <summary>An authorization code and all that it is bound to, RFC 6749 §4.1.2.</summary>
internal sealed class AuthorizationCodeRow
{
    public required string CodeHash { get; init; }

    public required string ClientId { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; init; }

    public required string Sid { get; init; }

    public required string RedirectUri { get; init; }

    public required string Scope { get; init; }

    /// <summary>Space-separated, RFC 8707.</summary>
    public required string Resources { get; init; }

    public string? Nonce { get; init; }

    public string? Challenge { get; init; }

    /// <summary>The key that the redeemer must prove, RFC 9449 §10.</summary>
    public string? KeyThumbprint { get; init; }

    public DateTimeOffset AuthTime { get; init; }

    public required string Amr { get; init; }

    /// <summary>What was asked for by name, OpenID Connect Core §5.5, as JSON; null for nothing.</summary>
    public string? Claims { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RedeemedAt { get; init; }

    /// <summary>What its redemption began; a second use ends it.</summary>
    public Guid? FamilyId { get; init; }
}
