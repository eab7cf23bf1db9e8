using System.Text.Json;
using Identity.OpenId.Errors;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.OpenId.Tokens;

/// <summary>Reads tokens of our own make. The only place that verifies a signature of ours.</summary>
public static class TokenReader
{
    /// <summary>Longer texts are no tokens of ours.</summary>
    public const int MaxLength = 4096;

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];

    /// <summary>
    /// RFC 9068 §4: type, signature by one of our keys, issuer, time. Audience and revocation are the endpoint's to judge.
    /// Every failure is the same <c>invalid_token</c>; the reason is for the log.
    /// </summary>
    public static async Task<Result<AccessTokenClaims>> ReadAccessTokenAsync(string? token, string issuer, IEnumerable<SecurityKey> keys, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength || !Handler.CanReadToken(token))
        {
            return Invalid(RefusalReason.UnknownToken);
        }

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidTypes = [AccessTokenClaims.Type],
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = keys,
            // A key is found by its kid and only so: a token that names none, or a foreign one, is not tried against every key.
            TryAllIssuerSigningKeys = false,
            ValidIssuer = issuer,
            ValidateAudience = false,
            // The handler reads the machine's clock; ours is a parameter.
            ValidateLifetime = false,
        });

        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || HasCritical(jwt))
        {
            return Invalid(RefusalReason.UnknownToken);
        }

        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload));
        return InTime(AccessTokenClaims.Read(payload.RootElement), now);
    }

    /// <summary>The key that a token says it was signed with, unproved; null for what is no token.</summary>
    public static string? KeyId(string? token) =>
        !string.IsNullOrEmpty(token) && token.Length <= MaxLength && Handler.CanReadToken(token) && TryRead(token) is { Kid: { Length: > 0 } kid } ? kid : null;

    /// <summary>Reads the stored claims of a reference token; null is one that does not exist.</summary>
    public static Result<AccessTokenClaims> ReadStored(string? claims, string issuer, DateTimeOffset now)
    {
        if (claims is null)
        {
            return Invalid(RefusalReason.UnknownToken);
        }

        using var payload = JsonDocument.Parse(claims);
        return AccessTokenClaims.Read(payload.RootElement) is { } read && string.Equals(read.Issuer, issuer, StringComparison.Ordinal)
            ? InTime(read, now)
            : Invalid(RefusalReason.UnknownToken);
    }

    /// <summary>
    /// What an id_token_hint says, OpenID Connect Core §3.1.2.1 and RP-Initiated Logout §4: our signature and our issuer count,
    /// its age does not. Null for everything else.
    /// </summary>
    public static async Task<IdTokenHint?> ReadIdTokenHintAsync(string? token, string issuer, IEnumerable<SecurityKey> keys)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength || !Handler.CanReadToken(token))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidTypes = [IdTokenClaims.Type],
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = issuer,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken jwt } && !HasCritical(jwt) && jwt.Audiences.FirstOrDefault() is { } audience && !string.IsNullOrEmpty(jwt.Subject)
            ? new(jwt.Subject, audience, jwt.TryGetPayloadValue<string>("sid", out var sid) ? sid : null)
            : null;
    }

    /// <summary>RFC 7515 §4.1.11: whoever does not understand an extension that is critical must refuse the token, and we know none. The handler does not look.</summary>
    internal static bool HasCritical(JsonWebToken jwt) => jwt.TryGetHeaderValue<object>("crit", out _);

    /// <summary>Whether claims that were read are still in their time; to the second, each time that they are used.</summary>
    public static Result<AccessTokenClaims> InTime(AccessTokenClaims? claims, DateTimeOffset now) => claims switch
    {
        null => Invalid(RefusalReason.UnknownToken),
        _ when now < claims.ExpiresAt => claims,
        _ => Invalid(RefusalReason.Expired),
    };

    private static JsonWebToken? TryRead(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (ArgumentException)
        {
            // The shape was right, the parts were none.
            return null;
        }
    }

    /// <summary>The one refusal for every token that is not good, so that nothing about it is told.</summary>
    public static OAuthError Invalid(RefusalReason reason) => OAuthError.InvalidToken("The access token is not valid.", reason);
}

/// <param name="Subject">Whom it was issued about.</param>
/// <param name="ClientId">To which client.</param>
/// <param name="SessionId">In which session, where one was.</param>
public sealed record IdTokenHint(string Subject, string ClientId, string? SessionId);
