using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Accounts;

public sealed class CredentialsTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_changed_password_ends_everything_that_was_open()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "changer" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access"))), "changer");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        var legacy = await host.SignInAsync("web", "changer");
        var reference = await host.RedeemAsync("reference", (await browser.OpenAsync(CodeFlowHost.Request("reference"))).Parameter("code")!);
        Assert.Equal(200, (await host.UserInfoAsync(reference.AccessToken)).Status);
        var waiting = (await browser.OpenAsync(CodeFlowHost.Request("site"))).Parameter("code")!;

        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(AccountMistake.WeakPassword, await host.Services.GetRequiredService<Credentials>().SetPasswordAsync(account, "short", CancellationToken.None));
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(AccountMistake.None, await host.Services.GetRequiredService<Credentials>().SetPasswordAsync(account, "another battery", CancellationToken.None));

        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(401, (await host.UserInfoAsync(legacy.AccessToken)).Status);
        Assert.Equal(401, (await host.UserInfoAsync(reference.AccessToken)).Status);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", reference.AccessToken)).Body);
        Assert.Equal(400, (await host.RefreshAsync("site", tokens.RefreshToken)).Status);
        Assert.Equal(400, (await host.RefreshAsync("web", legacy.RefreshToken)).Status);
        Assert.Equal(400, (await host.RedeemAsync("site", waiting)).Status);
        Assert.Equal("Sign in", (await browser.OpenAsync(CodeFlowHost.Request("site"))).Heading);
        Assert.Equal(400, (await host.SignInAsync("web", "changer")).Status);
        Assert.Equal(200, (await host.SignInAsync("web", "changer", "another battery")).Status);
    }
}
