using System.Net;
using Identity.Server.Accounts;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Server.Sessions;

/// <summary>OpenID Connect Back-Channel Logout 1.0.</summary>
public sealed class BackChannelLogoutTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Uri = "https://rp.example/logout";

    [Fact]
    public async Task A_client_is_told_with_a_signed_token_and_again_until_it_takes_it()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "told" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("told")), "told");
        var idToken = (await host.RedeemAsync("told", back.Parameter("code")!)).Text("id_token");
        host.Outside.Register(Uri, HttpStatusCode.ServiceUnavailable);
        await browser.OpenAsync($"/connect/endsession?id_token_hint={idToken}");

        var job = host.Services.GetRequiredService<LogoutDelivery>();
        await job.DeliverAsync(CancellationToken.None);
        Assert.Single(host.Outside.Calls);
        // Not due yet.
        await job.DeliverAsync(CancellationToken.None);
        Assert.Single(host.Outside.Calls);

        host.Outside.Register(Uri, HttpStatusCode.OK);
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        await job.DeliverAsync(CancellationToken.None);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await job.DeliverAsync(CancellationToken.None);
        Assert.Equal(2, host.Outside.Calls.Count);

        var token = QueryHelpers.ParseQuery(host.Outside.Calls.Last().Body)["logout_token"].ToString();
        Assert.Equal("logout+jwt", Jwt.Header(token).GetProperty("typ").GetString());
        var claims = Jwt.Payload(token);
        Assert.Equal(account.Subject, claims.GetProperty("sub").GetString());
        Assert.Equal("told", claims.GetProperty("aud").GetString());
        Assert.Equal(Jwt.Payload(idToken).GetProperty("sid").GetString(), claims.GetProperty("sid").GetString());
        Assert.Equal("{}", claims.GetProperty("events").GetProperty("http://schemas.openid.net/event/backchannel-logout").GetRawText());
        Assert.False(claims.TryGetProperty("nonce", out _));
    }
}
