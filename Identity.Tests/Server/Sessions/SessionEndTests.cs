using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Sessions;

/// <summary>What ends with a browser session, at our own endpoints at once.</summary>
public sealed class SessionEndTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_session_that_ends_takes_its_tokens_along_and_leaves_those_that_were_meant_to_stay()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "ender" });
        using var browser = new Browser(host);
        using var elsewhere = new Browser(host);
        var tokens = await GetAsync(browser, "site");
        var reference = await GetAsync(browser, "reference");
        var offline = await GetAsync(browser, "site", "openid offline_access");
        var other = await GetAsync(elsewhere, "site");
        var waiting = (await browser.OpenAsync(CodeFlowHost.Request("site"))).Parameter("code")!;
        await browser.SubmitAsync(await browser.OpenAsync("/sign-out"), "Sign out");

        foreach (var ended in new[] { tokens, reference })
        {
            Assert.Equal(401, (await host.UserInfoAsync(ended.AccessToken)).Status);
            Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", ended.AccessToken)).Body);
            Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", ended.RefreshToken)).Body);
        }

        Assert.Equal("invalid_grant", (await host.RefreshAsync("site", tokens.RefreshToken)).Text("error"));
        Assert.Equal("invalid_grant", (await host.RefreshAsync("reference", reference.RefreshToken)).Text("error"));
        Assert.Equal("invalid_grant", (await host.RedeemAsync("site", waiting)).Text("error"));

        // Back-Channel Logout §2.7, and another browser's session is another session.
        Assert.Equal(200, (await host.RefreshAsync("site", offline.RefreshToken)).Status);
        Assert.Equal(200, (await host.UserInfoAsync(other.AccessToken)).Status);
        Assert.Equal(200, (await host.RefreshAsync("site", other.RefreshToken)).Status);
    }

    private async Task<Answer> GetAsync(Browser browser, string client, string scope = "openid")
    {
        var tokens = await host.RedeemAsync(client, (await browser.ArriveAsync(CodeFlowHost.Request(client, ("scope", scope)), "ender")).Parameter("code")!);
        Assert.Equal(200, tokens.Status);
        return tokens;
    }
}
