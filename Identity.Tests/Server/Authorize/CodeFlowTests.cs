using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

public sealed class CodeFlowTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_person_signs_in_agrees_and_the_client_gets_tokens()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "first", Nickname = "First" });
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile")));
        Assert.Equal("Sign in", page.Heading);
        Assert.Contains("The Shop", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SignInAsync(page, "first", "not the password");
        Assert.Equal("Sign in", page.Heading);
        Assert.Contains("wrong", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SignInAsync(page, "first");
        Assert.Equal("Allow access?", page.Heading);
        var back = await browser.SubmitAsync(page, "Allow");
        Assert.Equal("a state", back.Parameter("state"));
        Assert.Equal(host.Issuer, back.Parameter("iss"));
        var tokens = await host.RedeemAsync("shop", back.Parameter("code")!);
        Assert.Equal(200, tokens.Status);
        var idToken = Jwt.Payload(tokens.Text("id_token"));
        Assert.Equal("a nonce", idToken.GetProperty("nonce").GetString());
        Assert.Equal(account.Subject, idToken.GetProperty("sub").GetString());
        Assert.Equal("First", (await host.UserInfoAsync(tokens.AccessToken)).Text("nickname"));
        Assert.False(tokens.Json.TryGetProperty("refresh_token", out _));

        // The second time nothing is owed.
        var again = await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile"), ("prompt", "none")));
        Assert.NotNull(again.Parameter("code"));
    }

    [Fact]
    public async Task A_code_is_redeemed_once_by_fifty_racers_and_what_it_gave_is_ended()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "racer" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access"))), "racer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.RedeemAsync("site", back.Parameter("code")!)));
        var winner = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("invalid_grant", answer.Text("error")));
        Assert.Equal(400, (await host.RefreshAsync("site", winner.RefreshToken)).Status);
        Assert.Equal(401, (await host.UserInfoAsync(winner.AccessToken)).Status);
    }

    [Fact]
    public async Task A_logout_with_a_hint_ends_the_session_and_what_was_issued_in_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "leaver" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site")), "leaver");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        var bye = await browser.OpenAsync($"/connect/endsession?id_token_hint={tokens.Text("id_token")}&post_logout_redirect_uri=https://rp.example/bye&state=x%20y");
        Assert.Equal("https://rp.example/bye?state=x+y", bye.Left!.AbsoluteUri);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal("login_required", (await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none")))).Parameter("error"));
    }
}
