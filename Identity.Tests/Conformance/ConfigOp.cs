using System.Buffers.Text;
using System.Text.Json;
using Identity.OpenId.Authorize;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Plan oidcc-config-certification-test-plan, on a server whose issuer is https.</summary>
[Plan("Config OP")]
public sealed class ConfigOp(HttpsHost host) : IClassFixture<HttpsHost>
{
    [Fact, Module("oidcc-discovery-endpoint-verification")]
    public async Task The_metadata_is_there_whole_and_of_the_right_types()
    {
        var answer = await host.GetAsync("/.well-known/openid-configuration");
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        var metadata = answer.Json;
        Assert.Equal(HttpsHost.Name, metadata.GetProperty("issuer").GetString());
        HttpsHost.AllAddressesAreHttps(metadata);
        foreach (var required in new[] { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint" })
        {
            Assert.True(metadata.TryGetProperty(required, out _), required);
        }

        Assert.Equal(["code"], List("response_types_supported"));
        Assert.Equal(["public", "pairwise"], List("subject_types_supported"));
        Assert.Contains("RS256", List("id_token_signing_alg_values_supported"), StringComparer.Ordinal);
        Assert.DoesNotContain("none", List("id_token_signing_alg_values_supported"), StringComparer.Ordinal);
        Assert.Superset(new HashSet<string>(["authorization_code", "refresh_token"], StringComparer.Ordinal), List("grant_types_supported").ToHashSet(StringComparer.Ordinal));
        Assert.Superset(new HashSet<string>(["openid", "profile", "email", "address", "phone", "offline_access"], StringComparer.Ordinal), List("scopes_supported").ToHashSet(StringComparer.Ordinal));
        Assert.All(List("scopes_supported"), scope => Assert.Matches(@"^[\x21\x23-\x5B\x5D-\x7E]+$", scope));
        Assert.Superset(new HashSet<string>(["sub", "name", "email", "address", "phone_number", "auth_time", "acr", "amr"], StringComparer.Ordinal), List("claims_supported").ToHashSet(StringComparer.Ordinal));
        Assert.Equal(["S256"], List("code_challenge_methods_supported"));
        Assert.Equal(AuthenticationContext.Supported, List("acr_values_supported"));
        Assert.Superset(new HashSet<string>(["client_secret_basic", "client_secret_post"], StringComparer.Ordinal), List("token_endpoint_auth_methods_supported").ToHashSet(StringComparer.Ordinal));
        Assert.True(metadata.GetProperty("claims_parameter_supported").GetBoolean());
        Assert.False(metadata.GetProperty("request_parameter_supported").GetBoolean());
        Assert.False(metadata.GetProperty("request_uri_parameter_supported").GetBoolean());
        // A list that says nothing, and a name twice, are mistakes of whoever made it.
        Assert.All(metadata.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Array), member =>
        {
            var values = List(member.Name);
            Assert.NotEmpty(values);
            Assert.Equal(values.Distinct(StringComparer.Ordinal), values);
        });
        await KeysAsync(new Uri(metadata.GetProperty("jwks_uri").GetString()!).PathAndQuery);

        IReadOnlyList<string> List(string name) => [.. metadata.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
    }

    // RFC 7517 §4, RFC 7518 §6: complete, unpadded, public, and each found by its own name.
    private async Task KeysAsync(string path)
    {
        var keys = (await host.GetAsync(path)).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(keys.Count, keys.Select(key => key.GetProperty("kid").GetString()).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["ES256", "RS256"], keys.Select(key => key.GetProperty("alg").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(keys, key =>
        {
            Assert.Equal("sig", key.GetProperty("use").GetString());
            Assert.DoesNotContain(key.EnumerateObject(), member => member.Name is "d" or "p" or "q" or "dp" or "dq" or "qi" or "oth" or "k");
            if (key.GetProperty("kty").ValueEquals("RSA"))
            {
                Assert.InRange(Octets(key, "n").Length, 256, 512);
                Assert.Equal([1, 0, 1], Octets(key, "e"));
                return;
            }

            Assert.Equal(("EC", "P-256"), (key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString()));
            Assert.Equal((32, 32), (Octets(key, "x").Length, Octets(key, "y").Length));
        });
    }

    private static byte[] Octets(JsonElement key, string member)
    {
        Assert.Matches("^[A-Za-z0-9_-]+$", key.GetProperty(member).GetString());
        return Base64Url.DecodeFromChars(key.GetProperty(member).GetString());
    }
}
