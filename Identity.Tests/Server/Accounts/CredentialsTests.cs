using System.Net;
using Identity.Server.Accounts;
using Identity.Server.Jobs;
using Identity.Server.Sessions;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

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

    [Fact]
    public async Task A_new_password_is_the_end_of_sessions_and_their_clients_are_told()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "changes" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("told")), "changes");
        var sid = Jwt.Payload((await host.RedeemAsync("told", back.Parameter("code")!)).Text("id_token")).GetProperty("sid").GetString();
        host.Outside.Register("https://rp.example/logout", HttpStatusCode.OK);
        await host.Services.GetRequiredService<Credentials>().SetPasswordAsync(account, "another battery", CancellationToken.None);
        await host.Services.GetRequiredService<LogoutDelivery>().DeliverAsync(CancellationToken.None);

        var claims = host.Outside.Calls.Select(call => Jwt.Payload(QueryHelpers.ParseQuery(call.Body)["logout_token"].ToString())).Single(token => token.GetProperty("sid").GetString() == sid);
        Assert.Equal((host.Issuer, account.Subject), (claims.GetProperty("iss").GetString(), claims.GetProperty("sub").GetString()));
    }

    [Fact]
    public async Task The_session_that_is_kept_goes_on_under_a_new_handle_as_old_as_it_is()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "keeper" });
        using var browser = new Browser(host);
        using var thief = new Browser(host);
        using var elsewhere = new Browser(host);
        var tokens = await host.RedeemAsync("site", (await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access"))), "keeper")).Parameter("code")!);
        await elsewhere.SignInAsync(await elsewhere.OpenAsync("/sign-in"), "keeper");
        var signedIn = host.Clock.GetUtcNow();
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
        {
            thief.Cookies.Add(host.Address, new Cookie(cookie.Name, cookie.Value, "/"));
        }

        Assert.Equal("Your account", (await thief.OpenAsync("/")).Heading);
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        var session = (await host.Store.ReadAsync(db => db.Sessions.AsNoTracking().Where(row => row.AccountId == account.Id && row.EndedAt == null).ToListAsync(), default)).Single(row => tokens.Text("id_token") is var token && Jwt.Payload(token).GetProperty("sid").GetString() == row.Sid);
        var kept = new KeptSession(session);
        await host.Services.GetRequiredService<Credentials>().EndEverythingAsync(account, CancellationToken.None, kept);
        var http = new DefaultHttpContext();
        kept.GiveTo(http);
        browser.Cookies.SetCookies(host.Address, http.Response.Headers.SetCookie.ToString());

        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
        Assert.Equal("Sign in", (await thief.OpenAsync("/")).Heading);
        Assert.Equal("Sign in", (await elsewhere.OpenAsync("/")).Heading);
        Assert.Equal(400, (await host.RefreshAsync("site", tokens.RefreshToken)).Status);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);

        // It gives codes on, and nobody is told that its person came just now.
        var later = await host.RedeemAsync("site", (await browser.OpenAsync(CodeFlowHost.Request("site", ("max_age", "100000")))).Parameter("code")!);
        Assert.Equal(signedIn.ToUnixTimeSeconds(), Jwt.Payload(later.Text("id_token")).GetProperty("auth_time").GetInt64());
        Assert.Equal(200, (await host.UserInfoAsync(later.AccessToken)).Status);
    }
}
