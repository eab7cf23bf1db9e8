using System.Text.Json;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Introspection;

/// <summary>An introspection answer as a JWT, RFC 9701 §5: for a resource server that must be able to show later what it was told.</summary>
public static class IntrospectionToken
{
    /// <summary>The JOSE header type.</summary>
    public const string Type = "token-introspection+jwt";

    /// <summary>The media type that asks for it.</summary>
    public const string MediaType = "application/token-introspection+jwt";

    /// <summary>The JWT payload; no <c>sub</c> and no <c>exp</c> of its own, so that it cannot pass for a token.</summary>
    public static string ToJson(string issuer, string audience, DateTimeOffset issuedAt, IntrospectionResponse response) => JsonText.Write(writer =>
    {
        writer.WriteString("iss", issuer);
        writer.WriteString("aud", audience);
        writer.WriteNumber("iat", issuedAt.ToUnixTimeSeconds());
        writer.WritePropertyName("token_introspection");
        JsonSerializer.Serialize(writer, response, OpenIdJson.Default.IntrospectionResponse);
    });
}
