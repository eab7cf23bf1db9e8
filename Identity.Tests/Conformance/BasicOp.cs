using Identity.OpenId.Token;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Plan oidcc-basic-certification-test-plan: the code flow and what it gives. Claims, questions to the person and refusals are in the other parts.</summary>
[Plan("Basic OP")]
public sealed partial class BasicOp(SuiteHost host) : IClassFixture<SuiteHost>
{
    [Fact, Module("oidcc-server")]
    public async Task The_code_flow_gives_tokens_that_hold()
    {
        using var suite = await Suite.OfAsync(host, "server");
        var tokens = await suite.AuthorizeAsync();
        Assert.Equal(["/sign-in", "/consent"], suite.Shown);
        Assert.Equal("iss sub aud iat exp auth_time acr amr nonce sid at_hash", Suite.Names(Jwt.Payload(tokens.Text("id_token"))));
    }

    [Fact, Module("oidcc-server-client-secret-post")]
    public async Task The_code_flow_with_the_secret_in_the_body()
    {
        using var suite = await Suite.OfAsync(host, "server-post");
        await suite.AuthorizeAsync(("client_id", "suite-post"));
    }

    [Fact, Module("oidcc-idtoken-signature")]
    public async Task An_id_token_is_signed_with_RS256_unless_the_client_says_otherwise()
    {
        using var suite = await Suite.OfAsync(host, "signature");
        var header = Jwt.Header((await suite.AuthorizeAsync()).Text("id_token"));
        Assert.Equal("RS256", header.GetProperty("alg").GetString());
        Assert.NotEmpty(header.GetProperty("kid").GetString()!);
    }

    [Fact, Module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")]
    public async Task Without_a_nonce_there_is_none_in_the_id_token()
    {
        using var suite = await Suite.OfAsync(host, "nonceless");
        var tokens = await suite.AuthorizeAsync(("nonce", null));
        Assert.False(Jwt.Payload(tokens.Text("id_token")).TryGetProperty("nonce", out _));
    }

    [Fact, Module("oidcc-ensure-request-with-unknown-parameter-succeeds")]
    public async Task An_unknown_parameter_is_ignored()
    {
        using var suite = await Suite.OfAsync(host, "unknown");
        await suite.AuthorizeAsync(("extra", "foobar"));
    }

    [Fact, Module("oidcc-ensure-post-request-succeeds")]
    public async Task An_authorization_request_may_be_a_form()
    {
        using var suite = await Suite.OfAsync(host, "form");
        var request = suite.Request();
        var page = await suite.Browser.PostAsync("/connect/authorize", request.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!)));
        var tokens = await suite.RedeemAsync(request, await suite.WalkAsync(page));
        await suite.CheckAsync(request, tokens);
    }

    [Fact, Module("oidcc-ensure-request-with-valid-pkce-succeeds")]
    public async Task A_challenge_is_met_by_its_verifier_and_by_nothing_else()
    {
        using var suite = await Suite.OfAsync(host, "pkce");
        var request = suite.Request(("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"));
        var tokens = await suite.RedeemAsync(request, await suite.WalkAsync(request), ("code_verifier", CodeFlowHost.Verifier));
        await suite.CheckAsync(request, tokens);
        // The suite asks no more; a server that ignores the challenge would pass it.
        var ignored = await suite.RedeemAsync(request, await suite.WalkAsync(request), ("code_verifier", CodeFlowHost.Verifier[..^1] + "x"));
        Assert.Equal("invalid_grant", ignored.Text("error"));
    }

    [Fact, Module("oidcc-refresh-token")]
    public async Task A_refresh_token_belongs_to_its_client_and_renews_what_it_stands_for()
    {
        using var suite = await Suite.OfAsync(host, "refresher");
        var first = await suite.AuthorizeAsync(("scope", "openid offline_access"), ("prompt", "consent"));
        Assert.Matches("^[\\x20-\\x7E]+$", first.RefreshToken);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await host.RefreshAsync("suite", first.RefreshToken);
        Assert.NotEqual(first.AccessToken, second.AccessToken);
        await suite.VerifyAsync(second.Text("id_token"), "suite", "JWT");
        // OpenID Connect Core §12.2.
        var (before, after) = (Jwt.Payload(first.Text("id_token")), Jwt.Payload(second.Text("id_token")));
        foreach (var claim in new[] { "iss", "sub", "aud", "auth_time", "acr" })
        {
            Assert.Equal(before.GetProperty(claim).GetRawText(), after.GetProperty(claim).GetRawText());
        }

        Assert.Equal(before.GetProperty("iat").GetInt64() + 2, after.GetProperty("iat").GetInt64());
        Assert.Equal(200, (await host.UserInfoAsync(second.AccessToken)).Status);

        var other = await suite.AuthorizeAsync(("client_id", "suite2"), ("scope", "openid offline_access"), ("prompt", "consent"));
        Assert.Equal("invalid_grant", (await host.RefreshAsync("suite", other.RefreshToken)).Text("error"));
        Assert.Equal(200, (await host.RefreshAsync("suite2", other.RefreshToken)).Status);
    }
}
