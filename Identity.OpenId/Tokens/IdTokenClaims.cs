using System.Text.Json;

namespace Identity.OpenId.Tokens;

/// <summary>The claims of an id_token, OpenID Connect Core §2. Profile claims are userinfo's, unless the request asks for them by name (§5.5).</summary>
public sealed record IdTokenClaims
{
    /// <summary>The JOSE header type.</summary>
    public const string Type = "JWT";

    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    /// <summary>The client that asked.</summary>
    public required string Audience { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>How the person proved who they are, RFC 8176.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = [];

    /// <summary>The class of the sign-in, §2; null when we have no name for it.</summary>
    public string? AuthenticationContext { get; init; }

    /// <summary>Echoed from the request, §3.1.2.1.</summary>
    public string? Nonce { get; init; }

    /// <summary>The browser session, OpenID Connect Front-Channel Logout §3.</summary>
    public string? SessionId { get; init; }

    /// <summary>§3.1.3.6.</summary>
    public string? AccessTokenHash { get; init; }

    /// <summary>The JWT payload.</summary>
    /// <param name="person">Writes what was asked of the person's own claims, after ours.</param>
    public string ToJson(Action<Utf8JsonWriter>? person = null) => JsonText.Write(writer =>
    {
        writer.WriteString("iss", Issuer);
        writer.WriteString("sub", Subject);
        writer.WriteString("aud", Audience);
        writer.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        writer.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
        if (AuthTime is { } authTime)
        {
            writer.WriteNumber("auth_time", authTime.ToUnixTimeSeconds());
        }

        if (AuthenticationContext is not null)
        {
            writer.WriteString("acr", AuthenticationContext);
        }

        if (AuthenticationMethods.Count > 0)
        {
            JsonText.WriteTexts(writer, "amr", AuthenticationMethods);
        }

        if (Nonce is not null)
        {
            writer.WriteString("nonce", Nonce);
        }

        if (SessionId is not null)
        {
            writer.WriteString("sid", SessionId);
        }

        if (AccessTokenHash is not null)
        {
            writer.WriteString("at_hash", AccessTokenHash);
        }

        person?.Invoke(writer);
    });
}
