using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Conformance;

/// <summary>FAPI 2.0 Security Profile, one setting of a client. The names follow the modules of the conformance suite's plan (private_key_jwt, DPoP).</summary>
public sealed class Fapi2SecurityProfile(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private readonly DPoPKey key = new();

    [Fact]
    public async Task Happy_flow_with_refresh_token()
    {
        var (browser, code) = await CodeAsync("happy");
        using var _ = browser;
        var tokens = await RedeemAsync(code);
        Assert.Equal((200, "DPoP"), (tokens.Status, tokens.Text("token_type")));
        Assert.Equal("ES256", Jwt.Header(tokens.Text("id_token")).GetProperty("alg").GetString());
        Assert.Equal(200, (await host.ProvedUserInfoAsync(tokens.AccessToken, host.UserInfoProof(key, tokens.AccessToken))).Status);
        // §5.3.2.1: no rotation, and what was answered once is answered again.
        foreach (var time in new[] { 1, 2 })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(time));
            Assert.Equal(tokens.RefreshToken, (await AskAsync("/connect/token", host.TokenProof(key), ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken))).RefreshToken);
        }
    }

    [Fact]
    public async Task Ensure_authorization_request_without_using_par_fails()
    {
        using var browser = new Browser(host);
        var back = await browser.OpenAsync(CodeFlowHost.Request("bank"));
        Assert.Equal(("invalid_request", host.Issuer), (back.Parameter("error"), back.Parameter("iss")));
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("redirect_uri", "https://rp.example/callback?x=y", "invalid_request")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    public async Task Ensure_pushed_request_with_this_parameter_fails(string name, string? value, string error) => Assert.Equal(error, (await PushAsync((name, value))).Text("error"));

    [Fact]
    public async Task Par_attempt_reuse_expired_and_foreign_request_uri()
    {
        using var browser = new Browser(host);
        var uri = (await PushAsync()).Text("request_uri");
        Assert.Equal("This request cannot be answered", (await browser.OpenAsync(Start(uri, "site"))).Heading);
        Assert.Equal("Sign in", (await browser.OpenAsync(Start(uri))).Heading);
        Assert.Equal("This request cannot be answered", (await browser.OpenAsync(Start(uri))).Heading);
        uri = (await PushAsync()).Text("request_uri");
        host.Clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal("This request cannot be answered", (await browser.OpenAsync(Start(uri))).Heading);
    }

    [Fact]
    public async Task Ensure_parameters_beside_the_request_uri_are_ignored()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "beside" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(Start((await PushAsync()).Text("request_uri")) + "&state=other&redirect_uri=https://evil.example/&scope=email"), "beside");
        Assert.Equal(("a state", "rp.example"), (back.Parameter("state"), back.Left!.Host));
    }

    [Fact]
    public async Task Ensure_sender_constrained_tokens_are_required()
    {
        var (browser, code) = await CodeAsync("holder");
        using var _ = browser;
        Assert.Equal("invalid_request", (await RedeemAsync(code, proof: "")).Text("error"));
        Assert.Equal("invalid_grant", (await RedeemAsync(code, proof: host.TokenProof(new DPoPKey()))).Text("error"));
        Assert.Equal("invalid_grant", (await RedeemAsync(code, verifier: new string('v', 43))).Text("error"));
        Assert.Equal(200, (await RedeemAsync(code)).Status);
        Assert.Equal("invalid_request", (await AskAsync("/connect/token", "", ("grant_type", "client_credentials"), ("scope", "api"))).Text("error"));
    }

    [Fact]
    public async Task Ensure_authorization_code_expires_after_a_minute()
    {
        var (browser, code) = await CodeAsync("slow");
        using var _ = browser;
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("invalid_grant", (await RedeemAsync(code)).Text("error"));
    }

    [Fact]
    public async Task Ensure_holder_of_code_reuse_fails_and_ends_what_it_gave()
    {
        var (browser, code) = await CodeAsync("reuser");
        using var _ = browser;
        var tokens = await RedeemAsync(code);
        Assert.Equal("invalid_grant", (await RedeemAsync(code)).Text("error"));
        Assert.Equal(401, (await host.ProvedUserInfoAsync(tokens.AccessToken, host.UserInfoProof(key, tokens.AccessToken))).Status);
    }

    [Fact]
    public async Task Ensure_client_assertion_has_the_issuer_as_its_only_audience_and_as_a_text()
    {
        foreach (var audience in new object[] { $"{host.Issuer}/connect/token", $"{host.Issuer}/connect/par", new[] { host.Issuer }, new[] { host.Issuer, "https://elsewhere.example" }, "https://elsewhere.example" })
        {
            Assert.Equal("invalid_client", (await ProveAsync(claims => claims["aud"] = audience)).Text("error"));
        }

        Assert.Equal(200, (await ProveAsync(_ => { })).Status);
    }

    [Fact]
    public async Task Ensure_other_client_authentication_fails()
    {
        Assert.Equal("invalid_client", (await host.ProvedTokenAsync("bank", host.TokenProof(key), ("grant_type", "client_credentials"))).Text("error"));
        Assert.Equal("invalid_client", (await host.TokenAsync(null, ("grant_type", "client_credentials"), ("client_id", "bank"))).Text("error"));
        Assert.Equal("invalid_client", (await ProveAsync(claims => claims["exp"] = host.Clock.GetUtcNow().ToUnixTimeSeconds())).Text("error"));
    }

    [Fact]
    public async Task Ensure_client_assertion_signed_with_RS256_fails()
    {
        using var rsa = RSA.Create(2048);
        var open = rsa.ExportParameters(false);
        var keys = new Microsoft.IdentityModel.Tokens.SecurityKey[] { new Microsoft.IdentityModel.Tokens.RsaSecurityKey(open) };
        string Sign(string algorithm, RSASignaturePadding padding) => DPoPKey.Sign(
            new JsonObject { ["alg"] = algorithm },
            new JsonObject { ["iss"] = "bank", ["sub"] = "bank", ["aud"] = host.Issuer, ["exp"] = host.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(), ["jti"] = "j" },
            signed => rsa.SignData(signed, HashAlgorithmName.SHA256, padding));
        Task<ClientAssertion?> ReadAsync(string assertion, bool strict) => ClientAssertion.ReadAsync(assertion, "bank", [host.Issuer], keys, strict, host.Clock.GetUtcNow());
        Assert.NotNull(await ReadAsync(Sign("RS256", RSASignaturePadding.Pkcs1), strict: false));
        Assert.Null(await ReadAsync(Sign("RS256", RSASignaturePadding.Pkcs1), strict: true));
        Assert.NotNull(await ReadAsync(Sign("PS256", RSASignaturePadding.Pss), strict: true));
    }

    [Fact]
    public async Task The_answer_is_a_303_with_state_and_iss()
    {
        var (browser, code) = await CodeAsync("answered");
        using var _ = browser;
        Assert.Equal(43, code.Length);
        using var raw = new HttpRequestMessage(HttpMethod.Get, Start((await PushAsync(("prompt", "none"))).Text("request_uri")));
        var answer = await host.SendAsync(raw);
        Assert.Equal(303, answer.Status);
        var query = QueryHelpers.ParseQuery(new Uri(answer.Headers["Location"]).Query);
        Assert.Equal(("login_required", "a state", host.Issuer), (query["error"].ToString(), query["state"].ToString(), query["iss"].ToString()));
    }

    public static TheoryData<string, Func<ClientMetadata, ClientMetadata>> Registrations => new()
    {
        { "", client => client },
        { "profile must be fapi2, or absent.", client => client with { Profile = "fapi1" } },
        { "profile fapi2 takes token_endpoint_auth_method private_key_jwt.", client => client with { TokenEndpointAuthMethod = "client_secret_basic", ClientSecret = new string('s', 32), Jwks = null } },
        { "profile fapi2 takes id_token_signed_response_alg ES256.", client => client with { IdTokenSignedResponseAlg = "RS256" } },
        { "profile fapi2 does not go with require_pkce: false.", client => client with { RequirePkce = false } },
        { "profile fapi2 takes an authorization_code_lifetime of 60 seconds at most.", client => client with { AuthorizationCodeLifetime = TimeSpan.FromSeconds(61) } },
        { "profile fapi2 does not go with the grant password.", client => client with { GrantTypes = ["password"], FirstParty = true } },
        { "profile fapi2 takes P-256 keys in jwks, or RSA keys of 2048 bits or more.", client => client with { Jwks = System.Text.Json.JsonElement.Parse("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""") } },
        { "profile fapi2 takes P-256 keys in jwks, or RSA keys of 2048 bits or more.", client => client with { Jwks = System.Text.Json.JsonElement.Parse("""{"keys":[{"kty":"EC","crv":"P-521","x":"AQ","y":"AQ"}]}""") } },
    };

    [Theory, MemberData(nameof(Registrations), DisableDiscoveryEnumeration = true)]
    public void Each_mistake_of_a_registration_is_one_sentence(string mistakes, Func<ClientMetadata, ClientMetadata> change) => Assert.Equal(
        mistakes,
        string.Join('|', ClientRules.Mistakes(
            change(new ClientMetadata
            {
                ClientId = "bank",
                Profile = "fapi2",
                TokenEndpointAuthMethod = "private_key_jwt",
                Jwks = System.Text.Json.JsonElement.Parse(new SigningClient().Jwks().ToJsonString()),
                IdTokenSignedResponseAlg = "ES256",
                GrantTypes = ["authorization_code", "refresh_token"],
                RedirectUris = [CodeFlowHost.Callback],
            }),
            ["authorization_code", "refresh_token", "password"],
            [],
            production: true)));

    private static string Start(string uri, string client = "bank") => $"/connect/authorize?client_id={client}&request_uri={uri}";

    private async Task<(Browser Browser, string Code)> CodeAsync(string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(Start((await PushAsync()).Text("request_uri"))), name);
        Assert.Equal(("a state", host.Issuer), (back.Parameter("state"), back.Parameter("iss")));
        return (browser, back.Parameter("code")!);
    }

    private Task<Answer> PushAsync(params (string Name, string? Value)[] changes)
    {
        var all = QueryHelpers.ParseQuery(new Uri(host.Address, CodeFlowHost.Request("bank", ("scope", "openid offline_access"))).Query).ToDictionary(pair => pair.Key, pair => (string?)pair.Value.ToString());
        foreach (var (name, value) in changes)
        {
            all[name] = value;
        }

        return AskAsync("/connect/par", key.Proof("POST", $"{host.Issuer}/connect/par", host.Clock.GetUtcNow()), [.. all.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!))]);
    }

    private Task<Answer> RedeemAsync(string code, string? proof = null, string verifier = CodeFlowHost.Verifier) => AskAsync(
        "/connect/token", proof ?? host.TokenProof(key), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", verifier));

    private Task<Answer> ProveAsync(Action<Dictionary<string, object>> change) => AskAsync("/connect/token", host.TokenProof(key), change, ("grant_type", "client_credentials"), ("scope", "api"));

    private Task<Answer> AskAsync(string path, string proof, params (string Name, string Value)[] form) => AskAsync(path, proof, _ => { }, form);

    private Task<Answer> AskAsync(string path, string proof, Action<Dictionary<string, object>> change, params (string Name, string Value)[] form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(
            [
                .. form.Where(pair => pair.Name is not "client_id").Select(pair => KeyValuePair.Create(pair.Name, pair.Value)),
                KeyValuePair.Create("client_assertion_type", ClientAssertion.Type),
                KeyValuePair.Create("client_assertion", host.SigningClient.Assertion("bank", host.Issuer, host.Clock.GetUtcNow(), change)),
            ]),
        };
        if (proof.Length > 0)
        {
            request.Headers.Add("DPoP", proof);
        }

        return host.SendAsync(request);
    }
}
