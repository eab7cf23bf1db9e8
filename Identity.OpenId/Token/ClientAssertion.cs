using System.Text.Json;
using Identity.OpenId.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.OpenId.Token;

/// <summary>A client's signed proof of itself, RFC 7523 §3 and OpenID Connect Core §9 (<c>private_key_jwt</c>).</summary>
/// <param name="Id">Its <c>jti</c>; good once.</param>
/// <param name="ExpiresAt">From here on it is good for nothing.</param>
public sealed record ClientAssertion(string Id, DateTimeOffset ExpiresAt)
{
    /// <summary>The value of <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>Longer ones are nobody's.</summary>
    public const int MaxLength = 8192;

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };

    /// <summary>A proof that lives longer would have to be remembered longer.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    /// <summary>Clocks of clients run ahead.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>What a client may sign with, RFC 7518 §3.1.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256];

    /// <summary>FAPI 2.0 Security Profile §5.4.</summary>
    private static readonly string[] StrictAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    /// <summary>Who the assertion says it is from, believed by nobody yet; null when it is no JWT.</summary>
    public static string? ClaimedClient(string assertion)
    {
        if (assertion.Length > MaxLength || !Handler.CanReadToken(assertion))
        {
            return null;
        }

        try
        {
            return new JsonWebToken(assertion).Subject;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <remarks>Strict is FAPI 2.0 Security Profile §5.3.2.1: one audience, as a text, and no RS256.</remarks>
    /// <summary>RFC 7523 §3, in its order: signature, issuer and subject, audience, time, id. Null when anything is wrong; whether it was used before is the caller's to say.</summary>
    public static async Task<ClientAssertion?> ReadAsync(string assertion, string clientId, IReadOnlyCollection<string> audiences, IEnumerable<SecurityKey> keys, bool strict, DateTimeOffset now)
    {
        if (assertion.Length > MaxLength || !Handler.CanReadToken(assertion))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidAlgorithms = strict ? StrictAlgorithms : Algorithms,
            IssuerSigningKeys = keys,
            ValidIssuer = clientId,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        if (result is not { IsValid: true, SecurityToken: JsonWebToken jwt } || Tokens.TokenReader.HasCritical(jwt))
        {
            return null;
        }

        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload));
        var claims = payload.RootElement;
        return string.Equals(claims.Text("sub"), clientId, StringComparison.Ordinal)
            && (strict ? claims.Text("aud") is { } only && audiences.Contains(only, StringComparer.Ordinal) : claims.Texts("aud").Any(audiences.Contains))
            && (!strict || jwt.SigningKey is { KeySize: >= 2048 } || jwt.Alg is SecurityAlgorithms.EcdsaSha256)
            && claims.Instant("exp") is { } expiresAt && now < expiresAt && expiresAt <= now + LongestLife
            && (claims.Instant("nbf") is not { } notBefore || notBefore <= now + Skew)
            && (claims.Instant("iat") is not { } issuedAt || issuedAt <= now + Skew)
            && claims.Text("jti") is { Length: > 0 and <= 256 } id
            ? new(id, expiresAt)
            : null;
    }
}
