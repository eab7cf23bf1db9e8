using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Support;

/// <summary>A client with a key pair, RFC 7523.</summary>
public sealed class SigningClient
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonObject Jwks(string kid = "k1")
    {
        var point = key.ExportParameters(false).Q;
        return new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = kid, ["use"] = "sig", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) }) };
    }

    /// <summary>The key itself, for a client in another process.</summary>
    public JsonObject PrivateJwk(string kid = "k1")
    {
        var jwk = Jwks(kid)["keys"]![0]!.DeepClone().AsObject();
        jwk["d"] = Base64UrlEncoder.Encode(key.ExportParameters(true).D);
        return jwk;
    }

    /// <summary>An assertion that is right in every way; <paramref name="change"/> makes it wrong in one.</summary>
    public string Assertion(string client, string audience, DateTimeOffset now, Action<Dictionary<string, object>>? change = null, string kid = "k1")
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = client,
            ["sub"] = client,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds(),
            ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
        };
        change?.Invoke(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            System.Text.Json.JsonSerializer.Serialize(claims), new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = kid }, SecurityAlgorithms.EcdsaSha256));
    }
}
