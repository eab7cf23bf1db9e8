namespace Identity.OpenId.Tokens;

/// <summary>The claims of a logout token, OpenID Connect Back-Channel Logout 1.0 §2.4.</summary>
public sealed record LogoutTokenClaims
{
    /// <summary>The JOSE header type.</summary>
    public const string Type = "logout+jwt";

    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    public required string Audience { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string Id { get; init; }

    public required string SessionId { get; init; }

    /// <summary>The JWT payload; never with a nonce, so that it cannot pass for an id_token.</summary>
    public string ToJson() => JsonText.Write(writer =>
    {
        writer.WriteString("iss", Issuer);
        writer.WriteString("sub", Subject);
        writer.WriteString("aud", Audience);
        writer.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        writer.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
        writer.WriteString("jti", Id);
        writer.WriteString("sid", SessionId);
        writer.WriteStartObject("events");
        writer.WriteStartObject("http://schemas.openid.net/event/backchannel-logout");
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
