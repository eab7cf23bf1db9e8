using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.OpenId.Proofs;

namespace Identity.Tests.Support;

/// <summary>A client's key and the proofs that it makes, RFC 9449 §4.2.</summary>
internal sealed class DPoPKey
{
    private readonly ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonObject Jwk
    {
        get
        {
            var point = ec.ExportParameters(false).Q;
            return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
        }
    }

    public JsonObject PrivateJwk
    {
        get
        {
            var jwk = Jwk;
            jwk["d"] = Base64Url.EncodeToString(ec.ExportParameters(true).D);
            return jwk;
        }
    }

    public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{Jwk["x"]}}","y":"{{Jwk["y"]}}"}""")));

    /// <summary>A proof that is right in every way; <paramref name="change"/> makes it wrong in one, before it is signed.</summary>
    public string Proof(string method, string url, DateTimeOffset now, string? accessToken = null, string? nonce = null, Action<JsonObject, JsonObject>? change = null)
    {
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = Jwk };
        var claims = new JsonObject { ["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), ["htm"] = method, ["htu"] = url, ["iat"] = now.ToUnixTimeSeconds() };
        if (accessToken is not null)
        {
            claims["ath"] = DPoPProof.HashOf(accessToken);
        }

        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        change?.Invoke(header, claims);
        return Sign(header, claims, signed => ec.SignData(signed, HashAlgorithmName.SHA256));
    }

    public static string Sign(JsonNode header, JsonNode claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}

/// <summary>Requests with a proof.</summary>
internal static class ProvedCalls
{
    public static string TokenProof(this IdentityHost host, DPoPKey key, string? nonce = null) => key.Proof("POST", $"{host.Issuer}/connect/token", host.Clock.GetUtcNow(), nonce: nonce);

    public static string UserInfoProof(this IdentityHost host, DPoPKey key, string accessToken, string? nonce = null) => key.Proof("GET", $"{host.Issuer}/connect/userinfo", host.Clock.GetUtcNow(), accessToken, nonce);

    public static Task<Answer> ProvedTokenAsync(this IdentityHost host, string client, string proof, params (string Name, string Value)[] form) => host.PostProvedAsync("/connect/token", client, proof, form);

    public static Task<Answer> PostProvedAsync(this IdentityHost host, string path, string client, string proof, params (string Name, string Value)[] form)
    {
        var isPublic = client is "app" or "spa" or "native" or "tv";
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([.. form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)), .. isPublic ? [KeyValuePair.Create("client_id", client)] : Array.Empty<KeyValuePair<string, string>>()]),
        };
        request.Headers.Add("DPoP", proof);
        request.Headers.Authorization = isPublic ? null : BackChannel.Basic(client, IdentityHost.Secret);
        return host.SendAsync(request);
    }

    public static Task<Answer> ProvedUserInfoAsync(this IdentityHost host, string accessToken, string? proof, string scheme = "DPoP")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Authorization = new(scheme, accessToken);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        return host.SendAsync(request);
    }
}
