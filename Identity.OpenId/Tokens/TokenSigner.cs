using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.OpenId.Tokens;

/// <summary>Makes a JWS in compact form, RFC 7515 §3.1, with one key. The only place that signs.</summary>
public sealed class TokenSigner(SecurityKey key, string algorithm)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly SigningCredentials credentials = new(key, algorithm);

    public string KeyId => credentials.Key.KeyId;

    /// <param name="payload">The claims as JSON.</param>
    /// <param name="type">The <c>typ</c> header, RFC 7515 §4.1.9: <c>JWT</c>, <c>at+jwt</c>, <c>logout+jwt</c>.</param>
    public string Sign(string payload, string type) =>
        Handler.CreateToken(payload, credentials, new Dictionary<string, object>(StringComparer.Ordinal) { [JwtHeaderParameterNames.Typ] = type });
}
