using System.Net;
using System.Security.Claims;
using Identity.Server.Accounts;
using Identity.Server.External.Qq;
using Identity.Server.External.Weixin;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Identity.Tests.External;

/// <summary>Both providers in a browser: there, back, in the right browser, into the right account.</summary>
public sealed class ExternalBrowserTests(ExternalHost host) : IClassFixture<ExternalHost>
{
    private const string WeChatBrowser = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8.0.50";
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148";

    private int people;

    [Theory]
    [InlineData("Sign in with QQ", "qq", "/oauth2.0/authorize", null)]
    [InlineData("Sign in with WeChat", "wechat", "/connect/qrconnect", null)]
    [InlineData("Sign in with WeChat", "wechat", "/connect/oauth2/authorize", WeChatBrowser)]
    public async Task A_person_comes_back_to_the_waiting_client(string button, string method, string provider, string? agent)
    {
        var person = Person("comer");
        using var browser = new Browser(host, agent);
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid profile"), ("max_age", "600")));
        Assert.Contains(host.Providers.Address, page.Answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        var left = await browser.SubmitAsync(page, button);
        Assert.Equal(provider, left.Left!.AbsolutePath);
        Assert.Equal(303, left.Answer.Status);
        host.Clock.Advance(TimeSpan.FromSeconds(20));
        var back = await browser.OpenAsync(host.Providers.Approve(left.Left, person));
        Assert.Equal("a state", back.Parameter("state"));
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        var idToken = Jwt.Payload(tokens.Text("id_token"));
        Assert.Equal(method, Assert.Single(idToken.GetProperty("amr").EnumerateArray()).GetString());
        Assert.Equal(host.Clock.GetUtcNow().ToUnixTimeSeconds(), idToken.GetProperty("auth_time").GetInt64());
        Assert.Equal(person, (await host.UserInfoAsync(tokens.AccessToken)).Text("nickname"));

        // The same person at the token endpoint is the same account.
        if (method is "wechat")
        {
            Assert.Equal(tokens.Subject(), (await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, person))).Subject());
        }
    }

    [Theory]
    [InlineData("/sign-in?device=WDJB-MJHT", "/device?user_code=WDJB-MJHT", "Sign in with QQ")]
    [InlineData("/sign-in?device=-", "/device", "Sign in with WeChat")]
    [InlineData("/sign-in?then=/account/linked", "/account/linked", "Sign in with QQ")]
    [InlineData("/sign-in?then=//evil.example/account", "/", "Sign in with QQ")]
    [InlineData("/sign-in?then=https://evil.example/account", "/", "Sign in with QQ")]
    public async Task Whatever_waits_behind_the_sign_in_is_still_there_after_the_way_to_a_provider(string begun, string ends, string button)
    {
        using var browser = new Browser(host);
        var left = await browser.SubmitAsync(await browser.OpenAsync(begun), button);
        var back = await browser.OpenAsync(host.Providers.Approve(left.Left!, Person("waiter")));
        Assert.Equal((200, ends), (back.Answer.Status, back.Address.PathAndQuery));
    }

    [Fact]
    public async Task A_person_who_declines_at_the_provider_comes_back_to_a_sign_in_that_still_knows_the_device()
    {
        using var browser = new Browser(host);
        var left = await browser.SubmitAsync(await browser.OpenAsync("/sign-in?device=WDJB-MJHT"), "Sign in with QQ");
        var state = QueryHelpers.ParseQuery(left.Left!.Query)["state"].ToString();
        var back = await browser.OpenAsync($"/signin-qq?error=access_denied&state={state}");
        Assert.Equal("/sign-in", back.Address.AbsolutePath);
        Assert.Equal("WDJB-MJHT", back.Field("device"));
    }

    [Fact]
    public async Task Inside_WeChat_there_is_no_QR_code_and_outside_no_official_account()
    {
        using var inside = new Browser(host, WeChatBrowser);
        using var outside = new Browser(host);
        Assert.Contains($"value=\"{WeixinAuthenticationDefaults.OfficialAccountScheme}\"", (await inside.OpenAsync("/sign-in")).Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"Weixin\"", (await inside.OpenAsync("/sign-in")).Answer.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"Weixin\"", (await outside.OpenAsync("/sign-in")).Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(WeixinAuthenticationDefaults.OfficialAccountScheme, (await outside.OpenAsync("/sign-in")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_gets_QQs_small_page()
    {
        using var phone = new Browser(host, Phone);
        using var desk = new Browser(host);
        Assert.Contains("display=mobile", (await phone.SubmitAsync(await phone.OpenAsync("/sign-in"), "Sign in with QQ")).Left!.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("display", (await desk.SubmitAsync(await desk.OpenAsync("/sign-in"), "Sign in with QQ")).Left!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_state_is_32_letters_and_digits_whatever_waits_behind_it()
    {
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("state", new string('s', 2000))));
        var left = await browser.SubmitAsync(page, "Sign in with WeChat");
        Assert.Matches("^[0-9a-f]{32}$", QueryHelpers.ParseQuery(left.Left!.Query)["state"].ToString());
    }

    [Fact]
    public async Task Sign_ins_that_were_given_up_do_not_fill_the_header()
    {
        using var browser = new Browser(host);
        for (var i = 0; i < 30; i++)
        {
            await browser.SubmitAsync(await browser.OpenAsync("/sign-in"), "Sign in with QQ");
        }

        Assert.InRange(browser.Cookies.GetAllCookies().Count(cookie => cookie.Name.StartsWith("identity-external-", StringComparison.Ordinal)), 1, 7);
    }

    [Fact]
    public async Task A_callback_that_comes_twice_does_not_undo_the_first()
    {
        foreach (var button in new[] { "Sign in with QQ", "Sign in with WeChat" })
        {
            var person = Person("twice");
            using var browser = new Browser(host);
            var left = await browser.SubmitAsync(await browser.OpenAsync("/sign-in"), button);
            // Twice with different codes and one state, and then one of them again.
            var (first, second) = (host.Providers.Approve(left.Left!, person), host.Providers.Approve(left.Left!, person));
            Assert.Equal("Your account", (await browser.OpenAsync(first)).Heading);
            Assert.Equal("Your account", (await browser.OpenAsync(second)).Heading);
            Assert.Equal("Your account", (await browser.OpenAsync(first)).Heading);
            Assert.Equal(1, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Nickname == person)));
        }
    }

    [Fact]
    public async Task A_person_who_says_no_is_back_on_the_page()
    {
        using var browser = new Browser(host);
        foreach (var refusal in new[] { "error=access_denied", "error=100030&error_description=%3Cb%3Eno%3C%2Fb%3E", "nothing=", "code=", "code=10044&msg=no" })
        {
            var left = await browser.SubmitAsync(await browser.OpenAsync(CodeFlowHost.Request("site")), "Sign in with QQ");
            var state = QueryHelpers.ParseQuery(left.Left!.Query)["state"];
            var page = await browser.OpenAsync($"/signin-qq?{refusal}&state={state}");
            Assert.Equal("Sign in", page.Heading);
            Assert.Contains("not completed", page.Answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>", page.Answer.Body, StringComparison.Ordinal);
        }
    }

    // ---- takeover

    [Fact]
    public async Task A_callback_that_another_browser_began_signs_nobody_in()
    {
        using var thief = new Browser(host);
        using var victim = new Browser(host);
        foreach (var button in new[] { "Sign in with QQ", "Sign in with WeChat" })
        {
            var left = await thief.SubmitAsync(await thief.OpenAsync("/sign-in"), button);
            // Login CSRF: the thief's code and state in the victim's browser.
            var page = await victim.OpenAsync(host.Providers.Approve(left.Left!, "thief"));
            Assert.Equal("This request cannot be answered", page.Heading);
            Assert.Equal("Sign in", (await victim.OpenAsync("/")).Heading);
        }
    }

    [Fact]
    public async Task A_swapped_state_signs_nobody_in()
    {
        using var thief = new Browser(host);
        using var victim = new Browser(host);
        var thiefs = await thief.SubmitAsync(await thief.OpenAsync("/sign-in"), "Sign in with QQ");
        var victims = await victim.SubmitAsync(await victim.OpenAsync("/sign-in"), "Sign in with QQ");
        var code = QueryHelpers.ParseQuery(new Uri(host.Providers.Approve(victims.Left!, "victim")).Query)["code"];
        var state = QueryHelpers.ParseQuery(thiefs.Left!.Query)["state"];
        Assert.Equal("This request cannot be answered", (await victim.OpenAsync($"/signin-qq?code={code}&state={state}")).Heading);

        // One provider's state is nothing to the other.
        state = QueryHelpers.ParseQuery(victims.Left!.Query)["state"];
        Assert.Equal("This request cannot be answered", (await victim.OpenAsync($"/signin-weixin?code={host.Providers.Code(ExternalHost.WxWeb, "victim")}&state={state}")).Heading);
        foreach (var nonsense in new[] { "", "x", new string('0', 32), "..%2F", new string('a', 3000) })
        {
            Assert.Equal("This request cannot be answered", (await victim.OpenAsync($"/signin-qq?code=a&state={nonsense}")).Heading);
        }

        Assert.Equal("Sign in", (await victim.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_state_whose_correlation_is_spent_signs_nobody_in()
    {
        using var browser = new Browser(host);
        var left = await browser.SubmitAsync(await browser.OpenAsync("/sign-in"), "Sign in with QQ");
        var (first, second) = (host.Providers.Approve(left.Left!, Person("first")), host.Providers.Approve(left.Left!, Person("second")));
        Assert.Equal("Your account", (await browser.OpenAsync(first)).Heading);
        await browser.SubmitAsync(await browser.OpenAsync("/sign-out"), "Sign out");
        var asked = host.Providers.Calls["/oauth2.0/token"];
        Assert.Equal("Sign in", (await browser.OpenAsync(second)).Heading);
        Assert.Equal(asked, host.Providers.Calls["/oauth2.0/token"]);
    }

    [Fact]
    public async Task Nobody_can_begin_a_sign_in_from_another_site()
    {
        var answer = await host.PostAsync("/sign-in?handler=External", null, ("scheme", "QQ"));
        Assert.Equal(400, answer.Status);
        answer = await host.PostAsync("/account/linked", null, ("scheme", "QQ"));
        Assert.Equal((303, "/sign-in?then=/account/linked"), (answer.Status, answer.Headers["Location"]));
    }

    [Fact]
    public async Task A_snapshot_user_is_asked_to_open_the_page_in_full()
    {
        var person = Person("shadow");
        using var browser = new Browser(host, WeChatBrowser);
        var left = await browser.SubmitAsync(await browser.OpenAsync("/sign-in"), "Sign in with WeChat");
        var state = QueryHelpers.ParseQuery(left.Left!.Query)["state"];
        var page = await browser.OpenAsync($"/signin-weixin-official?code={host.Providers.Code(ExternalHost.WxOfficial, person, snapshot: true)}&state={state}");
        Assert.Contains("preview", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Nickname == person)));
    }

    [Theory]
    [InlineData("QQ", "qq")]
    [InlineData("WeChat", "wechat")]
    public async Task An_account_with_two_steps_owes_the_second_however_it_came(string provider, string method)
    {
        var (name, person) = (Person($"two-steps-{method}"), Person($"two-stepper-{method}"));
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"));
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await browser.SignInWithAsync(host, await browser.OpenAsync("/account/linked"), $"Link {provider}", person);
        await browser.SubmitAsync(await browser.OpenAsync("/sign-out"), "Sign out");

        // Even where the device is remembered: that spares the second step after a password.
        var second = await browser.SignInWithAsync(host, await browser.OpenAsync(CodeFlowHost.Request("site")), $"Sign in with {provider}", person);
        Assert.Equal("Second step", second.Heading);
        Assert.Null(second.Document.QuerySelector("input[name=rememberDevice]"));
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
        var back = await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host)));
        var claims = Jwt.Payload((await host.RedeemAsync("site", back.Parameter("code")!)).Text("id_token"));
        Assert.Equal(($"""["{method}","otp","mfa"]""", "urn:cloudmind:acr:mfa"), (claims.GetProperty("amr").GetRawText(), claims.GetProperty("acr").GetString()));
    }

    // ---- linking

    [Fact]
    public async Task An_account_is_linked_signed_in_by_the_link_and_unlinked()
    {
        var name = Person("owner");
        var person = Person("linked");
        var account = await host.AddAccountAsync(new NewAccount { UserName = name, Nickname = person });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name);
        var page = await browser.OpenAsync("/account/linked");
        Assert.Contains("not linked", page.Answer.Body, StringComparison.Ordinal);
        Assert.Contains(host.Providers.Address, page.Answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        page = await browser.SignInWithAsync(host, page, "Link WeChat", person);
        Assert.Equal("Linked accounts", page.Heading);
        Assert.Contains("Remove WeChat", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(account.Subject, (await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, person))).Subject());

        // Its apps are one link, and it goes as one.
        page = await browser.OpenAsync("/account/linked");
        Assert.Contains("wx-web, wx-mini", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SubmitAsync(page, "Remove WeChat");
        Assert.Contains("not linked", page.Answer.Body, StringComparison.Ordinal);
        Assert.NotEqual(account.Subject, (await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, person))).Subject());
    }

    [Fact]
    public async Task The_last_way_to_sign_in_stays()
    {
        var person = Person("only");
        using var browser = new Browser(host);
        await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), "Sign in with QQ", person);
        var page = await browser.SubmitAsync(await browser.OpenAsync("/account/linked"), "Remove QQ");
        Assert.Contains("last way to sign in", page.Answer.Body, StringComparison.Ordinal);
        await browser.SignInWithAsync(host, page, "Link WeChat", person);
        page = await browser.SubmitAsync(await browser.OpenAsync("/account/linked"), "Remove QQ");
        Assert.DoesNotContain("Remove QQ", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SubmitAsync(page, "Remove WeChat");
        Assert.Contains("last way to sign in", page.Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_of_another_account_stays_there()
    {
        var person = Person("theirs");
        var owner = (await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person))).Subject();
        var name = Person("taker");
        await host.AddAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name);
        var page = await browser.SignInWithAsync(host, await browser.OpenAsync("/account/linked"), "Link WeChat", person);
        Assert.Contains("more than one account", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(owner, (await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person))).Subject());
    }

    [Fact]
    public async Task A_link_goes_to_whoever_asked_for_it_and_to_nobody_who_came_after()
    {
        var (one, two) = (Person("one"), Person("two"));
        await host.AddAccountAsync(new NewAccount { UserName = one });
        await host.AddAccountAsync(new NewAccount { UserName = two });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), one);
        var left = await browser.SubmitAsync(await browser.OpenAsync("/account/linked"), "Link QQ");
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), two);
        var page = await browser.OpenAsync(host.Providers.Approve(left.Left!, Person("x")));
        Assert.Equal("This request cannot be answered", page.Heading);
        Assert.Contains("not linked", (await browser.OpenAsync("/account/linked")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_is_explained()
    {
        var person = Person("double");
        // The website's openid of one account and the unionid of another, as after binding an app late.
        var one = await host.AddAccountAsync(new NewAccount { UserName = Person("a") });
        var two = await host.AddAccountAsync(new NewAccount { UserName = Person("b") });
        await host.SqlAsync($"INSERT INTO external_identities (provider, app_id, open_id, developer, account_id, linked_at) VALUES ('wechat', {ExternalHost.WxWeb}, {Providers.WeChatOpenId(ExternalHost.WxWeb, person)}, 'default', {one.Id}, 0)");
        await host.SqlAsync($"INSERT INTO external_unions (provider, developer, union_id, account_id) VALUES ('wechat', 'default', {Providers.WeChatUnionId("ours", person)}, {two.Id})");
        using var browser = new Browser(host);
        var page = await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), "Sign in with WeChat", person);
        Assert.Contains("more than one account", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
    }

    // ---- the packages that the handlers stand in for

    [Fact]
    public void Names_paths_and_defaults_are_the_packages()
    {
        var qq = new QQAuthenticationOptions();
        Assert.Equal(("/signin-qq", "QQ", false), (qq.CallbackPath.Value, qq.ClaimsIssuer, qq.ApplyForUnionId));
        Assert.Equal(["get_user_info"], qq.Scope);
        Assert.Equal("https://graph.qq.com/oauth2.0/authorize https://graph.qq.com/oauth2.0/token https://graph.qq.com/oauth2.0/me https://graph.qq.com/user/get_user_info", string.Join(' ', qq.AuthorizationEndpoint, qq.TokenEndpoint, qq.UserIdentificationEndpoint, qq.UserInformationEndpoint));
        var weixin = new WeixinAuthenticationOptions();
        Assert.Equal(("/signin-weixin", "Weixin"), (weixin.CallbackPath.Value, weixin.ClaimsIssuer));
        Assert.Equal(["snsapi_login", "snsapi_userinfo"], weixin.Scope);
        Assert.Equal("https://open.weixin.qq.com/connect/qrconnect https://api.weixin.qq.com/sns/oauth2/access_token https://api.weixin.qq.com/sns/userinfo", string.Join(' ', weixin.AuthorizationEndpoint, weixin.TokenEndpoint, weixin.UserInformationEndpoint));
    }

    [Fact]
    public async Task Claims_are_the_packages()
    {
        var person = Person("claims");
        var qq = await ClaimsAsync<QQAuthenticationOptions>("QQ", "Sign in with QQ", person);
        Assert.Equal(
            [
                (ClaimTypes.NameIdentifier, Providers.QqOpenId(ExternalHost.QqWeb, person)), ("urn:qq:unionid", Providers.QqUnionId("ours", person)), (ClaimTypes.Name, person), (ClaimTypes.Gender, "男"),
                ("urn:qq:picture", "http://qzapp.qlogo.cn/30"), ("urn:qq:picture_medium", "http://qzapp.qlogo.cn/50"), ("urn:qq:picture_full", "http://qzapp.qlogo.cn/100"), ("urn:qq:avatar", "http://thirdqq.qlogo.cn/40"),
            ],
            qq.Where(claim => claim.Value.Length > 0));
        var weixin = await ClaimsAsync<WeixinAuthenticationOptions>("Weixin", "Sign in with WeChat", person);
        Assert.Equal(
            [
                (ClaimTypes.NameIdentifier, Providers.WeChatUnionId("ours", person)), (ClaimTypes.Name, person), (ClaimTypes.Gender, "0"), ("urn:weixin:openid", Providers.WeChatOpenId(ExternalHost.WxWeb, person)),
                ("urn:weixin:unionid", Providers.WeChatUnionId("ours", person)), ("urn:weixin:headimgurl", "https://thirdwx.qlogo.cn/mmopen/x/132"), ("urn:weixin:privilege", "chinaunicom"),
            ],
            weixin.Where(claim => claim.Value.Length > 0));
    }

    private async Task<List<(string Type, string Value)>> ClaimsAsync<TOptions>(string scheme, string button, string person)
        where TOptions : Microsoft.AspNetCore.Authentication.OAuth.OAuthOptions
    {
        var claims = new List<(string, string)>();
        var options = host.Services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(scheme);
        var before = options.Events.OnCreatingTicket;
        options.Events.OnCreatingTicket = context =>
        {
            claims.AddRange(context.Identity!.Claims.Select(claim => (claim.Type, claim.Value)));
            return Task.CompletedTask;
        };
        using var browser = new Browser(host);
        await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), button, person);
        options.Events.OnCreatingTicket = before;
        return claims;
    }

    private string Person(string kind) => $"{kind}-{GetHashCode()}-{people++}";
}

public sealed class ClosedExternalBrowserTests(ClosedHost host) : IClassFixture<ClosedHost>
{
    [Fact]
    public async Task Without_new_accounts_an_unknown_person_is_told_to_link_first_and_a_linked_one_comes_in()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "owner" });
        using var browser = new Browser(host);
        var page = await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), "Sign in with QQ", "person");
        Assert.Contains("link it", page.Answer.Body, StringComparison.Ordinal);
        await browser.SignInAsync(page, "owner");
        await browser.SignInWithAsync(host, await browser.OpenAsync("/account/linked"), "Link QQ", "person");
        using var other = new Browser(host);
        Assert.Equal("Your account", (await other.SignInWithAsync(host, await other.OpenAsync("/sign-in"), "Sign in with QQ", "person")).Heading);
    }
}
