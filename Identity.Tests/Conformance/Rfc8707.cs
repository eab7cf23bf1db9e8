using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Resource indicators, RFC 8707, at the token endpoint.</summary>
public sealed class Rfc8707(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Api = "https://api.example";

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("https://api.example/")]
    [InlineData("https://api.example#part")]
    [InlineData("api")]
    public async Task Rfc8707_2_a_resource_that_is_not_the_scopes_own_is_an_invalid_target(string resource)
    {
        await host.AddAccountAsync(new NewAccount { UserName = $"target{resource.Length}" });
        Assert.Equal("invalid_target", (await host.TokenAsync("other", ("grant_type", "client_credentials"), ("resource", resource))).Text("error"));
        Assert.Equal("invalid_target", (await host.TokenAsync("web", ("grant_type", "password"), ("username", $"target{resource.Length}"), ("password", "correct horse battery"), ("resource", resource))).Text("error"));
        using var browser = new Browser(host);
        Assert.Equal("invalid_target", (await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid api"), ("resource", resource)))).Parameter("error"));
    }

    [Fact]
    public async Task Rfc8707_2_a_resource_of_which_no_scope_was_asked_is_an_invalid_target()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "scopeless" });
        Assert.Equal("invalid_target", (await host.TokenAsync("web", ("grant_type", "password"), ("username", "scopeless"), ("password", "correct horse battery"), ("scope", "openid"), ("resource", Api))).Text("error"));
    }

    [Fact]
    public async Task Rfc8707_2_2_the_token_is_for_the_resource_and_the_next_one_too()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "resourced" });
        var tokens = await host.TokenAsync("web", ("grant_type", "password"), ("username", "resourced"), ("password", "correct horse battery"), ("scope", "openid api"), ("resource", Api));
        Assert.Equal([host.Issuer, Api], Audience(tokens));
        Assert.Equal([host.Issuer, Api], Audience(await host.RefreshAsync("web", tokens.RefreshToken)));
        Assert.Equal([host.Issuer, Api], Audience(await host.TokenAsync("other", ("grant_type", "client_credentials"), ("resource", Api))));
    }

    private static IEnumerable<string?> Audience(Answer tokens) => Jwt.Payload(tokens.AccessToken).GetProperty("aud").EnumerateArray().Select(one => one.GetString());
}
