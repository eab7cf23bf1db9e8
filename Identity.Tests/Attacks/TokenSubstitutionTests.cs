using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Identity.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Attacks;

/// <summary>A token of another kind, another make or another time, wherever a token is taken. RFC 8725, RFC 9068 §4.</summary>
public sealed class TokenSubstitutionTests(AttackHost host) : IClassFixture<AttackHost>, IAsyncLifetime
{
    private const string AccessType = "at+jwt";
    private const string IdType = "JWT";

    private readonly Browser browser = new(host);
    private Answer good = null!;

    private SecurityKey Es256 => host.Services.GetRequiredService<SigningKeys>().Verifying().First(key => key is ECDsaSecurityKey);

    private SecurityKey Rs256 => host.Services.GetRequiredService<SigningKeys>().Verifying().First(key => key is RsaSecurityKey);

    public async ValueTask InitializeAsync()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var name = $"holder{host.Clock.GetUtcNow().ToUnixTimeSeconds()}";
        await host.AddAccountAsync(new NewAccount { UserName = name });
        good = await host.RedeemAsync("site", (await browser.ArriveAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access")), name)).Parameter("code")!);
    }

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string, Func<TokenSubstitutionTests, string, string, string>> Forgeries => new()
    {
        { "unsigned", (_, token, type) => Write(new() { ["alg"] = "none", ["typ"] = type }, Jwt.Payload(token).GetRawText(), _ => []) },
        { "unsigned in other letters", (_, token, type) => Write(new() { ["alg"] = "nOnE", ["typ"] = type }, Jwt.Payload(token).GetRawText(), _ => []) },
        { "unsigned, with our header", (_, token, _) => $"{token[..token.LastIndexOf('.')]}." },
        { "signed with the public key for a secret", (test, token, type) => test.Symmetric(token, type) },
        { "of a stranger's key under our name", (test, token, type) => Es(ECDsa.Create(ECCurve.NamedCurves.nistP256), new() { ["alg"] = "ES256", ["typ"] = type, ["kid"] = test.Es256.KeyId }, Jwt.Payload(token).GetRawText()) },
        { "of a stranger's key that it brings along", (test, token, type) => test.Embedded(token, type, withKid: false) },
        { "of a stranger's key that it brings along under our name", (test, token, type) => test.Embedded(token, type, withKid: true) },
        { "of a stranger's key at an address that it names", (test, token, type) => Es(ECDsa.Create(ECCurve.NamedCurves.nistP256), new() { ["alg"] = "ES256", ["typ"] = type, ["kid"] = test.Es256.KeyId, ["jku"] = "https://evil.example/jwks", ["x5u"] = "https://evil.example/x5u" }, Jwt.Payload(token).GetRawText()) },
        { "of our key for another issuer", (test, token, type) => test.Ours(type, Changed(token, "iss", "https://evil.example")) },
        { "of our key without an issuer", (test, token, type) => test.Ours(type, Changed(token, "iss", null)) },
        { "of our key, with an extension that must be understood", (test, token, type) => test.Ours(type, Jwt.Payload(token).GetRawText(), ("crit", new JsonArray("exp")), ("exp", 1)) },
        { "of our key, of no type", (test, token, _) => test.Ours(null, Jwt.Payload(token).GetRawText()) },
        { "of our key, of another type", (test, token, _) => test.Ours("secevent+jwt", Jwt.Payload(token).GetRawText()) },
        { "of our key under a key name that is none", (test, token, type) => test.Ours(type, Jwt.Payload(token).GetRawText(), ("kid", "nobody")) },
        { "with its body twice", (_, token, _) => Parts(token, part => $"{part[0]}.{part[1]}.{part[1]}.{part[2]}") },
        { "with its signature twice", (_, token, _) => Parts(token, part => $"{part[0]}.{part[1]}.{part[2]}.{part[2]}") },
        { "twice", (_, token, _) => $"{token}.{token}" },
        { "in five parts", (_, token, _) => Parts(token, part => $"{part[0]}.{part[1]}.{part[2]}.{part[1]}.{part[2]}") },
        { "without its body", (_, token, _) => Parts(token, part => $"{part[0]}..{part[2]}") },
        { "with somebody else's body", (test, token, _) => Parts(token, part => $"{part[0]}.{Encode(Changed(token, "sub", "u_somebody"))}.{part[2]}") },
    };

    [Theory, MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public async Task A_forged_token_is_none(string how, Func<TokenSubstitutionTests, string, string, string> forge)
    {
        var (access, hint) = (forge(this, good.AccessToken, AccessType), forge(this, good.Text("id_token"), IdType));
        await IsNoAccessTokenAsync(how, access);
        await IsNoHintAsync(how, hint);
        Assert.Empty(host.Outside.Calls);
    }

    [Fact]
    public async Task The_forge_makes_good_tokens_where_nothing_is_wrong()
    {
        Assert.Equal(200, (await host.UserInfoAsync(Ours(AccessType, Jwt.Payload(good.AccessToken).GetRawText()))).Status);
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none"), ("id_token_hint", Ours(IdType, Jwt.Payload(good.Text("id_token")).GetRawText()))))).Parameter("code"));
    }

    [Fact]
    public async Task A_token_of_another_kind_is_no_access_token()
    {
        var code = (await browser.OpenAsync(CodeFlowHost.Request("site"))).Parameter("code")!;
        foreach (var (kind, token) in new[] { ("id_token", good.Text("id_token")), ("refresh token", good.RefreshToken), ("code", code), ("logout token", LogoutToken()) })
        {
            Assert.True((await host.UserInfoAsync(token)).Text("error") == "invalid_token", kind);
            // A refresh token may be asked about, as what it is.
            var asked = (await host.IntrospectAsync("watcher", token)).Json;
            Assert.True(!asked.GetProperty("active").GetBoolean() || asked.GetProperty("token_type").GetString() == "refresh_token", kind);
            Assert.False((await host.IntrospectAsync("https://api.example", token)).Json.GetProperty("active").GetBoolean(), kind);
        }

        // What is no access token of theirs revokes nothing.
        foreach (var token in new[] { good.Text("id_token"), LogoutToken(), code })
        {
            Assert.Equal(200, (await host.PostAsync("/connect/revoke", "site", ("token", token))).Status);
        }

        Assert.Equal(200, (await host.UserInfoAsync(good.AccessToken)).Status);
        Assert.Equal(200, (await host.RedeemAsync("site", code)).Status);
    }

    [Fact]
    public async Task A_token_of_another_kind_is_no_hint()
    {
        var code = (await browser.OpenAsync(CodeFlowHost.Request("site"))).Parameter("code")!;
        foreach (var (kind, token) in new[] { ("access token", good.AccessToken), ("refresh token", good.RefreshToken), ("code", code), ("logout token", LogoutToken()) })
        {
            await IsNoHintAsync(kind, token);
        }
    }

    [Fact]
    public async Task A_token_of_another_kind_is_no_grant()
    {
        var code = (await browser.OpenAsync(CodeFlowHost.Request("site"))).Parameter("code")!;
        foreach (var token in new[] { good.AccessToken, good.Text("id_token"), code })
        {
            Assert.Contains((await host.RefreshAsync("site", token)).Text("error"), new[] { "invalid_grant", "invalid_request" });
        }

        foreach (var token in new[] { good.AccessToken, good.RefreshToken, good.Text("id_token") })
        {
            Assert.Contains((await host.RedeemAsync("site", token)).Text("error"), new[] { "invalid_grant", "invalid_request" });
        }
    }

    [Fact]
    public async Task An_expired_access_token_is_none_and_a_hint_has_no_age()
    {
        host.Clock.Advance(TimeSpan.FromHours(1));
        await IsNoAccessTokenAsync("expired", good.AccessToken);
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none"), ("id_token_hint", good.Text("id_token"))))).Parameter("code"));
    }

    private async Task IsNoAccessTokenAsync(string how, string token)
    {
        var answer = await host.UserInfoAsync(token);
        Assert.True(answer.Status == 401 && answer.Text("error") == "invalid_token", $"{how}: {answer.Status}");
        Assert.Contains("error=\"invalid_token\"", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.True((await host.PostAsync("/connect/userinfo", null, ("access_token", token))).Status == 401, how);
        Assert.True((await host.IntrospectAsync("watcher", token)).Body is """{"active":false}""", how);
        Assert.True((await host.PostAsync("/connect/revoke", "site", ("token", token))).Status == 200, how);
    }

    private async Task IsNoHintAsync(string how, string token)
    {
        var refused = await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none"), ("id_token_hint", token)));
        Assert.True(refused.Parameter("error") == "invalid_request", how);
        var stop = await browser.OpenAsync($"/connect/endsession?id_token_hint={Uri.EscapeDataString(token)}");
        Assert.True(stop is { Left: null, Answer.Status: 400 }, how);
        Assert.True((await browser.OpenAsync("/")).Heading == "Your account", how);
    }

    private string LogoutToken()
    {
        var claims = Jwt.Payload(good.Text("id_token"));
        return host.Services.GetRequiredService<TokenIssuer>().LogoutToken(host.Services.GetRequiredService<ClientDirectory>().Find("site")!.Metadata, host.Issuer, claims.GetProperty("sub").GetString()!, claims.GetProperty("sid").GetString()!);
    }

    private string Ours(string? type, string payload, params (string Name, JsonNode Value)[] more)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = Es256.KeyId };
        if (type is not null)
        {
            header["typ"] = type;
        }

        foreach (var (name, value) in more)
        {
            header[name] = value.DeepClone();
        }

        return Es(((ECDsaSecurityKey)Es256).ECDsa, header, payload);
    }

    private string Embedded(string token, string type, bool withKid)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=evil", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var header = new JsonObject
        {
            ["alg"] = "ES256",
            ["typ"] = type,
            ["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) },
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
        };
        if (withKid)
        {
            header["kid"] = Es256.KeyId;
        }

        return Es(key, header, Jwt.Payload(token).GetRawText());
    }

    private string Symmetric(string token, string type)
    {
        var secret = ((RsaSecurityKey)Rs256).Rsa.ExportSubjectPublicKeyInfo();
        return Write(new() { ["alg"] = "HS256", ["typ"] = type, ["kid"] = Rs256.KeyId }, Jwt.Payload(token).GetRawText(), signed => HMACSHA256.HashData(secret, signed));
    }

    private static string Es(ECDsa key, JsonObject header, string payload) => Write(header, payload, signed => key.SignData(signed, HashAlgorithmName.SHA256));

    private static string Write(JsonObject header, string payload, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header.ToJsonString())}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Parts(string token, Func<string[], string> join) => join(token.Split('.'));

    private static string Changed(string token, string claim, string? value)
    {
        var payload = JsonNode.Parse(Jwt.Payload(token).GetRawText())!.AsObject();
        payload.Remove(claim);
        if (value is not null)
        {
            payload[claim] = value;
        }

        return payload.ToJsonString();
    }
}
