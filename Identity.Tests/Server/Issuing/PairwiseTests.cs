using Identity.Server.Accounts;
using Identity.Server.Jobs;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Issuing;

/// <summary>OpenID Connect Core §8: who is who is nobody else's business.</summary>
public sealed class PairwiseTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_person_has_one_name_in_each_sector_and_it_is_the_same_everywhere_in_it()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "paired" });
        using var browser = new Browser(host);
        var pair = await SignInAsync(browser, "pair", "paired");
        var subject = SubjectOf(pair);
        Assert.NotEqual(account.Subject, subject);
        Assert.Equal(subject, Jwt.Payload(pair.AccessToken).GetProperty("sub").GetString());
        Assert.Equal(subject, (await host.UserInfoAsync(pair.AccessToken)).Text("sub"));
        Assert.Equal(subject, (await host.IntrospectAsync("watcher", pair.AccessToken)).Text("sub"));
        Assert.Equal(subject, (await host.IntrospectAsync("watcher", pair.RefreshToken)).Text("sub"));
        Assert.Equal(subject, SubjectOf(await host.RefreshAsync("pair", pair.RefreshToken)));
        Assert.Equal(subject, SubjectOf(await SignInAsync(browser, "twin")));
        Assert.NotEqual(subject, SubjectOf(await SignInAsync(browser, "far")));
        Assert.Equal(account.Subject, SubjectOf(await SignInAsync(browser, "site")));
    }

    [Fact]
    public async Task A_pairwise_token_ends_like_any_other()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "ending" });
        using var browser = new Browser(host);
        var tokens = await SignInAsync(browser, "pair", "ending");
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        await host.SqlAsync($"UPDATE accounts SET disabled_at = 1 WHERE user_name = 'ending'");
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task A_hint_a_logout_and_its_message_speak_of_the_same_person()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "hinted" });
        using var browser = new Browser(host);
        var tokens = await SignInAsync(browser, "pair", "hinted");
        var hint = tokens.Text("id_token");
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("pair", ("prompt", "none"), ("id_token_hint", hint)))).Parameter("code"));
        host.Outside.Register("https://rp.example/pair-logout", System.Net.HttpStatusCode.OK);
        Assert.NotNull((await browser.OpenAsync($"/connect/endsession?id_token_hint={hint}&post_logout_redirect_uri=https://rp.example/bye")).Left);
        await host.Services.GetRequiredService<LogoutDelivery>().DeliverAsync(CancellationToken.None);
        var call = Assert.Single(host.Outside.Calls, one => one.Address.EndsWith("/pair-logout", StringComparison.Ordinal));
        Assert.Equal(SubjectOf(tokens), Jwt.Payload(call.Body["logout_token=".Length..]).GetProperty("sub").GetString());
    }

    [Fact]
    public async Task Core_5_3_2_userinfo_is_signed_for_who_registered_for_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "signedinfo", Nickname = "Signed" });
        using var browser = new Browser(host);
        var tokens = await SignInAsync(browser, "twin", "signedinfo", "openid profile");
        var answer = await host.UserInfoAsync(tokens.AccessToken);
        Assert.Equal((200, "application/jwt"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal("ES256", Jwt.Header(answer.Body).GetProperty("alg").GetString());
        var claims = Jwt.Payload(answer.Body);
        Assert.Equal((SubjectOf(tokens), host.Issuer, "twin", "Signed"), (claims.GetProperty("sub").GetString(), claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("nickname").GetString()));
    }

    [Fact]
    public async Task What_was_asked_for_by_name_is_asked_of_the_name_that_the_client_knows()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "askedpair", Nickname = "Asked" });
        using var browser = new Browser(host);
        var subject = SubjectOf(await SignInAsync(browser, "pair", "askedpair"));
        Assert.NotNull((await browser.OpenAsync(Expecting(subject!))).Parameter("code"));
        Assert.Equal("login_required", (await browser.OpenAsync(Expecting(account.Subject))).Parameter("error"));
        // Another client's hint about the same person.
        var far = await SignInAsync(browser, "far");
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("pair", ("prompt", "none"), ("id_token_hint", far.Text("id_token"))))).Parameter("code"));

        var named = await host.RedeemAsync("pair", (await browser.OpenAsync(CodeFlowHost.Request("pair", ("claims", """{"userinfo":{"nickname":null}}""")))).Parameter("code")!);
        Assert.Equal("Asked", (await host.UserInfoAsync(named.AccessToken)).Text("nickname"));

        static string Expecting(string who) => CodeFlowHost.Request("pair", ("prompt", "none"), ("claims", "{\"id_token\":{\"sub\":{\"value\":\"" + who + "\"}}}"));
    }

    private static string? SubjectOf(Answer tokens) => Jwt.Payload(tokens.Text("id_token")).GetProperty("sub").GetString();

    private async Task<Answer> SignInAsync(Browser browser, string client, string? name = null, string scope = "openid offline_access")
    {
        var page = await browser.OpenAsync(CodeFlowHost.Request(client, ("scope", scope)));
        return await host.RedeemAsync(client, (name is null ? page : await browser.SignInAsync(page, name)).Parameter("code")!);
    }
}
