using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>RFC 8707 through the code flow, with two resources.</summary>
public sealed class ResourceIndicatorTests(ResourceIndicatorTests.Host host) : IClassFixture<ResourceIndicatorTests.Host>
{
    private const string Api = "https://api.example";
    private const string Files = "https://files.example";

    [Fact]
    public async Task Rfc8707_2_several_resources_are_granted_and_each_token_may_be_for_some_of_them()
    {
        var code = await host.NewCodeAsync("site", "several", ("scope", "openid api offline_access"), ("resource", null));
        Assert.Equal([host.Issuer, Api, Files], Audience(await RedeemAsync(code)));

        using var browser = new Browser(host);
        var back = await browser.ArriveAsync($"{CodeFlowHost.Request("site", ("scope", "openid api offline_access"), ("resource", Api))}&resource={Uri.EscapeDataString(Files)}", "several");
        var narrowed = await RedeemAsync(back.Parameter("code")!, ("resource", Api));
        Assert.Equal([host.Issuer, Api], Audience(narrowed));

        // §2.2: the token was for one of them, the grant is for both.
        var other = await RefreshAsync(narrowed, ("resource", Files));
        Assert.Equal([host.Issuer, Files], Audience(other));
        var both = await RefreshAsync(other);
        Assert.Equal([host.Issuer, Api, Files], Audience(both));
        var two = await RefreshAsync(both, ("resource", Files), ("resource", Api));
        Assert.Equal([host.Issuer, Api, Files], Audience(two));
    }

    [Fact]
    public async Task Rfc8707_2_2_what_was_not_granted_is_invalid_target_and_uses_nothing_up()
    {
        var code = await host.NewCodeAsync("site", "single", ("scope", "openid api offline_access"), ("resource", Api));
        Assert.Equal("invalid_target", (await RedeemAsync(code, ("resource", Files))).Text("error"));
        Assert.Equal("invalid_target", (await RedeemAsync(code, ("resource", Api), ("resource", "https://elsewhere.example"))).Text("error"));
        var tokens = await RedeemAsync(code);
        Assert.Equal([host.Issuer, Api], Audience(tokens));
        Assert.Equal("invalid_target", (await RefreshAsync(tokens, ("resource", Files))).Text("error"));
        Assert.Equal([host.Issuer, Api], Audience(await RefreshAsync(tokens)));
    }

    [Theory]
    [InlineData("https://elsewhere.example", "openid api")]
    [InlineData("https://api.example", "openid")]
    [InlineData("https://API.example", "openid api")]
    [InlineData("https://api.example/", "openid api")]
    [InlineData("api", "openid api")]
    public async Task Rfc8707_2_1_a_resource_that_is_unknown_or_of_no_requested_scope_is_invalid_target(string resource, string scope)
    {
        using var browser = new Browser(host);
        Assert.Equal("invalid_target", (await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", scope), ("resource", resource)))).Parameter("error"));
        var pushed = await host.PostAsync("/connect/par", "site", ("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), ("scope", scope), ("resource", resource), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"));
        Assert.Equal((400, "invalid_target"), (pushed.Status, pushed.Text("error")));
        var password = await host.TokenAsync("web", ("grant_type", "password"), ("username", "nobody"), ("password", "correct horse battery"), ("scope", scope), ("resource", resource));
        Assert.Equal((400, "invalid_target"), (password.Status, password.Text("error")));
    }

    [Fact]
    public async Task Rfc8707_2_2_the_other_grants_narrow_too()
    {
        var machine = await host.TokenAsync("web", ("grant_type", "client_credentials"), ("scope", "api"), ("resource", Files));
        Assert.Equal([host.Issuer, Files], Audience(machine));
        Assert.Equal("invalid_target", (await host.TokenAsync("web", ("grant_type", "client_credentials"), ("scope", "api"), ("resource", "https://elsewhere.example"))).Text("error"));
        await host.AddAccountAsync(new NewAccount { UserName = "password" });
        var person = await host.TokenAsync("web", ("grant_type", "password"), ("username", "password"), ("password", "correct horse battery"), ("scope", "openid api"), ("resource", Api));
        Assert.Equal([host.Issuer, Api], Audience(person));
        var refreshed = await host.RefreshAsync("web", person.RefreshToken);
        Assert.Equal([host.Issuer, Api], Audience(refreshed));
        Assert.Equal("invalid_target", (await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", refreshed.RefreshToken), ("resource", Files))).Text("error"));
    }

    private static IEnumerable<string?> Audience(Answer tokens)
    {
        var audience = Jwt.Payload(tokens.AccessToken).GetProperty("aud");
        return audience.ValueKind == System.Text.Json.JsonValueKind.Array ? audience.EnumerateArray().Select(one => one.GetString()) : [audience.GetString()];
    }

    private Task<Answer> RedeemAsync(string code, params (string, string)[] more) =>
        host.TokenAsync("site", [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier), .. more]);

    private Task<Answer> RefreshAsync(Answer tokens, params (string, string)[] more) =>
        host.TokenAsync("site", [("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), .. more]);

    public sealed class Host : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => [$"--Resources:0:name={Api}", "--Resources:0:scopes:0=api", $"--Resources:1:name={Files}", "--Resources:1:scopes:0=api"];
    }
}
