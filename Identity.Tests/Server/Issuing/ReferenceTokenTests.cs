using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Issuing;

public sealed class ReferenceTokenTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_handle_works_as_a_token_does_until_it_expires_or_is_revoked()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "handle" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("reference", ("scope", "openid api offline_access"))), "handle");
        var tokens = await host.RedeemAsync("reference", back.Parameter("code")!);
        Assert.True(Handle.IsWellFormed(tokens.AccessToken));
        Assert.Equal(account.Subject, (await host.UserInfoAsync(tokens.AccessToken)).Text("sub"));
        Assert.True((await host.IntrospectAsync("https://api.example", tokens.AccessToken)).Json.GetProperty("active").GetBoolean());

        var refreshed = await host.RefreshAsync("reference", tokens.RefreshToken);
        Assert.Equal(200, (await host.PostAsync("/connect/revoke", "reference", ("token", refreshed.AccessToken))).Status);
        Assert.Equal(401, (await host.UserInfoAsync(refreshed.AccessToken)).Status);
        host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }
}
