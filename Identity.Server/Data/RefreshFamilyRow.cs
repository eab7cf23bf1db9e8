namespace Identity.Server.Data;

/// <summary>A refresh family is one row for its whole life; rotating it is one UPDATE.</summary>
internal sealed class RefreshFamilyRow
{
    public required Guid Id { get; init; }

    public required string ClientId { get; init; }

    public int AccountId { get; init; }

    public Account? Account { get; set; }

    public int MacKeyId { get; init; }

    public required byte[] Salt { get; init; }

    public long Generation { get; init; }

    public DateTimeOffset RotatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset AbsoluteExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string Scope { get; init; }

    public DateTimeOffset AuthTime { get; init; }

    /// <summary>Space-separated, RFC 8176.</summary>
    public required string Amr { get; init; }

    public string? SessionKey { get; init; }

    /// <summary>The browser session that it ends with; null when it outlives it (offline_access) or none was there.</summary>
    public string? Sid { get; init; }

    /// <summary>Space-separated, RFC 8707; null for all resources of the scopes.</summary>
    public string? Resources { get; init; }

    /// <summary>Claims that were asked for by name, OpenID Connect Core §5.5, as JSON; null for none. Userinfo and each new id_token go by it.</summary>
    public string? Claims { get; init; }

    /// <summary>The key that whoever refreshes must prove, RFC 9449 §5; null for a confidential client, which proves itself.</summary>
    public string? KeyThumbprint { get; init; }
}
