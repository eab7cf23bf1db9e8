using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Demonstrating proof of possession, RFC 9449; the proof itself is <c>OpenId/Proofs</c>.</summary>
public sealed class Rfc9449(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private readonly DPoPKey key = new();

    [Fact]
    public async Task Rfc9449_5_a_proof_binds_the_access_token_to_its_key()
    {
        var tokens = await SignInAsync("bound");
        Assert.Equal((200, "DPoP"), (tokens.Status, tokens.Text("token_type")));
        Assert.Equal(key.Thumbprint, Jwt.Payload(tokens.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());
        Assert.Equal(200, (await host.ProvedUserInfoAsync(tokens.AccessToken, host.UserInfoProof(key, tokens.AccessToken))).Status);
        var told = await host.IntrospectAsync("watcher", tokens.AccessToken);
        Assert.Equal(("DPoP", key.Thumbprint), (told.Text("token_type"), told.Json.GetProperty("cnf").GetProperty("jkt").GetString()));
    }

    [Fact]
    public async Task Rfc9449_5_a_wrong_proof_is_refused_and_not_ignored()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "wrongproof" });
        foreach (var proof in new[] { "no proof", key.Proof("POST", $"{host.Issuer}/connect/par", host.Clock.GetUtcNow()), $"{host.TokenProof(key)}, {host.TokenProof(key)}" })
        {
            var answer = await host.ProvedTokenAsync("app", proof, ("grant_type", "password"), ("username", "wrongproof"), ("password", "correct horse battery"));
            answer.IsRefusal(400, """{"error":"invalid_dpop_proof","error_description":"The DPoP proof is not valid for this request."}""");
        }
    }

    [Fact]
    public async Task Rfc9449_7_2_a_stolen_bound_token_is_worth_nothing()
    {
        var token = (await SignInAsync("robbed")).AccessToken;
        var thief = new DPoPKey();
        foreach (var stolen in new[]
        {
            await host.UserInfoAsync(token),
            await host.ProvedUserInfoAsync(token, null),
            await host.ProvedUserInfoAsync(token, host.UserInfoProof(key, token), "Bearer"),
            await host.ProvedUserInfoAsync(token, host.UserInfoProof(thief, token)),
            await host.PostAsync("/connect/userinfo", null, ("access_token", token)),
        })
        {
            Assert.Equal((401, "invalid_token"), (stolen.Status, stolen.Text("error")));
        }

        // A proof for another token, for another address, and one that was seen before.
        var other = (await SignInAsync("robbedtoo")).AccessToken;
        var seen = host.UserInfoProof(key, token);
        Assert.Equal(200, (await host.ProvedUserInfoAsync(token, seen)).Status);
        foreach (var proof in new[] { host.UserInfoProof(key, other), host.TokenProof(key), seen })
        {
            var refused = await host.ProvedUserInfoAsync(token, proof);
            Assert.Equal((401, "invalid_dpop_proof"), (refused.Status, refused.Text("error")));
            Assert.Equal("""DPoP algs="ES256 PS256", error="invalid_dpop_proof", error_description="The DPoP proof is not valid for this request." """.TrimEnd(), refused.Headers["WWW-Authenticate"]);
        }
    }

    [Fact]
    public async Task Rfc9449_7_2_a_token_without_a_key_is_no_DPoP_token()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "unbound" });
        var token = (await host.SignInAsync("app", "unbound")).AccessToken;
        Assert.Equal("invalid_token", (await host.ProvedUserInfoAsync(token, host.UserInfoProof(key, token))).Text("error"));
        // As a Bearer token it does not care about a proof beside it.
        Assert.Equal(200, (await host.ProvedUserInfoAsync(token, host.UserInfoProof(key, token), "Bearer")).Status);
    }

    [Fact]
    public async Task Rfc9449_11_1_a_proof_used_by_fifty_has_one_winner()
    {
        var proof = host.TokenProof(key);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.ProvedTokenAsync("web", proof, ("grant_type", "client_credentials"))));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(49, answers.Count(answer => answer.Status == 400 && answer.Text("error") is "invalid_dpop_proof"));
    }

    [Fact]
    public async Task A_stranger_cannot_use_up_a_proof()
    {
        var proof = host.TokenProof(key);
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token") { Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]) };
        request.Headers.Add("DPoP", proof);
        request.Headers.Authorization = BackChannel.Basic("web", "not the secret");
        Assert.Equal("invalid_client", (await host.SendAsync(request)).Text("error"));
        Assert.Equal(200, (await host.ProvedTokenAsync("web", proof, ("grant_type", "client_credentials"))).Status);
    }

    [Fact]
    public async Task Rfc9449_5_a_public_clients_refresh_token_is_bound_kept_and_never_ended_by_a_wrong_key()
    {
        var tokens = await SignInAsync("keeper");
        foreach (var attempt in new[]
        {
            await host.RefreshAsync("app", tokens.RefreshToken),
            await RefreshAsync("app", tokens.RefreshToken, new DPoPKey()),
        })
        {
            Assert.Equal("invalid_grant", attempt.Text("error"));
        }

        host.Clock.Advance(TimeSpan.FromHours(1));
        for (var time = 0; time < 3; time++)
        {
            var next = await RefreshAsync("app", tokens.RefreshToken, key);
            Assert.Equal((200, tokens.RefreshToken, "DPoP"), (next.Status, next.RefreshToken, next.Text("token_type")));
            host.Clock.Advance(TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public async Task A_wrong_key_does_not_end_a_family_even_with_an_old_token()
    {
        // Begun bound, while the row says that it has moved on: an old token in a thief's hand.
        var tokens = await SignInAsync("moved");
        await host.SqlAsync($"UPDATE refresh_families SET generation = 3 WHERE key_thumbprint = {key.Thumbprint}");
        Assert.Equal("invalid_grant", (await RefreshAsync("app", tokens.RefreshToken, new DPoPKey())).Text("error"));
        Assert.Equal(1, await host.SqlAsync($"UPDATE refresh_families SET generation = 1 WHERE key_thumbprint = {key.Thumbprint} AND revoked_at IS NULL"));
        Assert.Equal(200, (await RefreshAsync("app", tokens.RefreshToken, key)).Status);
    }

    [Fact]
    public async Task Rfc9449_5_a_confidential_client_may_refresh_with_another_key()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "confidential" });
        var tokens = await host.ProvedTokenAsync("web", host.TokenProof(key), ("grant_type", "password"), ("username", "confidential"), ("password", "correct horse battery"));
        var newer = new DPoPKey();
        var next = await RefreshAsync("web", tokens.RefreshToken, newer);
        Assert.Equal(newer.Thumbprint, Jwt.Payload(next.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString());
        Assert.NotEqual(tokens.RefreshToken, next.RefreshToken);
    }

    [Fact]
    public async Task Rfc9449_5_2_a_client_whose_tokens_are_bound_gets_none_without_a_proof()
    {
        Assert.Equal("invalid_request", (await host.TokenAsync("binding", ("grant_type", "client_credentials"), ("scope", "api"))).Text("error"));
        Assert.Equal("DPoP", (await host.ProvedTokenAsync("binding", host.TokenProof(key), ("grant_type", "client_credentials"), ("scope", "api"))).Text("token_type"));
    }

    [Fact]
    public async Task Rfc9449_10_a_code_is_bound_to_the_key_that_began()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "coder" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("dpop_jkt", key.Thumbprint))), "coder");
        Assert.Equal("invalid_grant", (await host.RedeemAsync("site", back.Parameter("code")!)).Text("error"));
        Assert.Equal("invalid_grant", (await RedeemAsync("site", back.Parameter("code")!, new DPoPKey())).Text("error"));
        // The refusals used up nothing.
        Assert.Equal("DPoP", (await RedeemAsync("site", back.Parameter("code")!, key)).Text("token_type"));
        Assert.Equal("invalid_request", (await browser.OpenAsync(CodeFlowHost.Request("site", ("dpop_jkt", "short")))).Parameter("error"));
    }

    [Fact]
    public async Task Rfc9449_10_1_a_proof_at_the_pushed_request_binds_the_code()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "pushed" });
        using var browser = new Browser(host);
        var pushed = await PushAsync();
        var back = await browser.SignInAsync(await browser.OpenAsync($"/connect/authorize?client_id=site&request_uri={pushed.Text("request_uri")}"), "pushed");
        Assert.Equal("invalid_grant", (await RedeemAsync("site", back.Parameter("code")!, new DPoPKey())).Text("error"));
        Assert.Equal(200, (await RedeemAsync("site", back.Parameter("code")!, key)).Status);

        Assert.Equal(201, (await PushAsync(("dpop_jkt", key.Thumbprint))).Status);
        Assert.Equal("invalid_request", (await PushAsync(("dpop_jkt", new DPoPKey().Thumbprint))).Text("error"));
    }

    [Fact]
    public async Task Rfc9449_8_a_nonce_is_given_demanded_where_the_client_says_so_and_rotates()
    {
        var first = await host.ProvedTokenAsync("nonced", host.TokenProof(key), ("grant_type", "client_credentials"), ("scope", "api"));
        Assert.Equal((400, "use_dpop_nonce"), (first.Status, first.Text("error")));
        var nonce = first.Headers["DPoP-Nonce"];
        Assert.Equal(200, (await host.ProvedTokenAsync("nonced", host.TokenProof(key, nonce), ("grant_type", "client_credentials"), ("scope", "api"))).Status);
        // The one before is good for as long as the present one is new.
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var second = await host.ProvedTokenAsync("nonced", host.TokenProof(key, nonce), ("grant_type", "client_credentials"), ("scope", "api"));
        Assert.Equal(200, second.Status);
        Assert.NotEqual(nonce, second.Headers["DPoP-Nonce"]);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var stale in new[] { nonce, "made-up" })
        {
            foreach (var client in new[] { "nonced", "web" })
            {
                var refused = await host.ProvedTokenAsync(client, host.TokenProof(key, stale), ("grant_type", "client_credentials"), ("scope", "api"));
                Assert.Equal("use_dpop_nonce", refused.Text("error"));
            }
        }
    }

    [Fact]
    public async Task Rfc9449_9_a_protected_resource_asks_for_a_new_nonce_in_its_challenge()
    {
        var token = (await SignInAsync("noncer")).AccessToken;
        var refused = await host.ProvedUserInfoAsync(token, host.UserInfoProof(key, token, "made-up"));
        Assert.Equal(401, refused.Status);
        Assert.StartsWith("""DPoP algs="ES256 PS256", error="use_dpop_nonce",""", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(200, (await host.ProvedUserInfoAsync(token, host.UserInfoProof(key, token, refused.Headers["DPoP-Nonce"]))).Status);
    }

    [Fact]
    public async Task A_script_may_send_proofs_and_read_nonces()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token") { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add("Origin", "https://spa.example");
        request.Headers.Add("DPoP", "x");
        var answer = await host.SendAsync(request);
        Assert.Contains("DPoP-Nonce", answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
        Assert.True(answer.Headers.ContainsKey("DPoP-Nonce"));
    }

    private async Task<Answer> SignInAsync(string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.ProvedTokenAsync("app", host.TokenProof(key), ("grant_type", "password"), ("username", name), ("password", "correct horse battery"));
    }

    private Task<Answer> RefreshAsync(string client, string token, DPoPKey with) => host.ProvedTokenAsync(client, host.TokenProof(with), ("grant_type", "refresh_token"), ("refresh_token", token));

    private Task<Answer> RedeemAsync(string client, string code, DPoPKey with) => host.ProvedTokenAsync(
        client, host.TokenProof(with), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier));

    private Task<Answer> PushAsync(params (string, string)[] more) => host.PostProvedAsync(
        "/connect/par",
        "site",
        key.Proof("POST", $"{host.Issuer}/connect/par", host.Clock.GetUtcNow()),
        [("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), ("scope", "openid"), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"), .. more]);
}
