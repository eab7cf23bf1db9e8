using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.External;

/// <summary>Codes and tokens of both providers at the token endpoint, and what must not be let through there.</summary>
public sealed class ExternalGrantTests(ExternalHost host) : IClassFixture<ExternalHost>
{
    private int people;

    [Theory]
    [InlineData("backend", "qq-web", ExternalHost.QqWeb, ExternalHost.QqRedirect)]
    [InlineData("app", "qq-mobile", ExternalHost.QqMobile, "auth://www.qq.com")]
    [InlineData("app", "qq-sdk", ExternalHost.QqSdk, "auth://www.qq.com")]
    [InlineData("backend", "wx-web", ExternalHost.WxWeb, null)]
    [InlineData("backend", "wx-official", ExternalHost.WxOfficial, null)]
    [InlineData("app", "wx-mobile", ExternalHost.WxMobile, null)]
    [InlineData("app", "wx-mini", ExternalHost.WxMini, null)]
    public async Task A_code_of_each_kind_of_app_makes_an_account_once(string client, string app, string appId, string? redirectUri)
    {
        var person = Person(app);
        var first = await host.CodeAsync(client, app, host.Providers.Code(appId, person, redirectUri), ("scope", "openid profile"));
        Assert.Equal(200, first.Status);
        Assert.NotEmpty(first.RefreshToken);
        var idToken = Jwt.Payload(first.Text("id_token"));
        Assert.Equal(app[..2] is "qq" ? "qq" : "wechat", Assert.Single(idToken.GetProperty("amr").EnumerateArray()).GetString());
        Assert.Equal(host.Clock.GetUtcNow().ToUnixTimeSeconds(), idToken.GetProperty("auth_time").GetInt64());

        var second = await host.CodeAsync(client, app, host.Providers.Code(appId, person, redirectUri));
        Assert.Equal(first.Subject(), second.Subject());
        var profile = await host.UserInfoAsync(first.AccessToken);
        Assert.Equal(app is "wx-mini" ? null : person, profile.Json.TryGetProperty("nickname", out var nickname) ? nickname.GetString() : null);
        Assert.False(profile.Json.TryGetProperty("email", out _));
        Assert.False(profile.Json.TryGetProperty("gender", out _));
        Assert.Equal(200, (await host.RefreshAsync(client, second.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_mobile_token_of_QQ_signs_in_where_the_operator_lets_it()
    {
        var person = Person("mobile");
        var signedIn = await TokenAsync("qq-mobile", host.Providers.MobileToken(ExternalHost.QqMobile, person), ("openid", Providers.QqOpenId(ExternalHost.QqMobile, person)));
        Assert.Equal(200, signedIn.Status);
        Refused("invalid_request", await TokenAsync("qq-sdk", host.Providers.MobileToken(ExternalHost.QqSdk, person)));
        Refused("invalid_request", await host.TokenAsync("app", ("grant_type", ExternalHost.WeChat), ("app", "wx-mobile"), ("access_token", "a")));
    }

    [Fact]
    public async Task A_person_in_two_apps_of_one_developer_is_one_account_in_either_order()
    {
        foreach (var (first, second) in new[] { (("wx-mini", ExternalHost.WxMini), ("wx-web", ExternalHost.WxWeb)), (("wx-web", ExternalHost.WxWeb), ("wx-mini", ExternalHost.WxMini)) })
        {
            var person = Person("both");
            var one = await host.CodeAsync("backend", first.Item1, host.Providers.Code(first.Item2, person));
            var other = await host.CodeAsync("backend", second.Item1, host.Providers.Code(second.Item2, person));
            Assert.Equal(one.Subject(), other.Subject());
        }
    }

    [Fact]
    public async Task A_unionid_that_turns_up_later_is_put_on_the_same_account()
    {
        var person = Person("late");
        host.Bind(ExternalHost.WxLoose, bound: false);
        var before = await host.CodeAsync("backend", "wx-loose", host.Providers.Code(ExternalHost.WxLoose, person));
        host.Bind(ExternalHost.WxLoose);
        var after = await host.CodeAsync("backend", "wx-loose", host.Providers.Code(ExternalHost.WxLoose, person));
        Assert.Equal(before.Subject(), after.Subject());
        Assert.Equal(before.Subject(), (await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person))).Subject());
        var openId = Providers.WeChatOpenId(ExternalHost.WxLoose, person);
        Assert.Equal(Providers.WeChatUnionId("ours", person), await host.ReadAsync(db => db.ExternalIdentities.Where(row => row.OpenId == openId).Select(row => row.UnionId).SingleAsync()));
    }

    [Fact]
    public async Task A_unionid_that_points_at_a_second_account_merges_nothing()
    {
        var person = Person("twice");
        host.Bind(ExternalHost.WxLoose, bound: false);
        var loose = await host.CodeAsync("backend", "wx-loose", host.Providers.Code(ExternalHost.WxLoose, person));
        var bound = await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person));
        Assert.NotEqual(loose.Subject(), bound.Subject());
        host.Bind(ExternalHost.WxLoose);
        var refused = await host.CodeAsync("backend", "wx-loose", host.Providers.Code(ExternalHost.WxLoose, person));
        Refused("invalid_grant", refused);
        Assert.Equal($"{host.Issuer}/account/linked", refused.Text("error_uri"));
        Assert.Equal(bound.Subject(), (await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person))).Subject());
    }

    [Fact]
    public async Task A_code_for_the_openid_alone_signs_in_without_a_nickname()
    {
        var signedIn = await host.CodeAsync("backend", "wx-official", host.Providers.Code(ExternalHost.WxOfficial, Person("silent"), silent: true), ("scope", "openid profile"));
        Assert.Equal(200, signedIn.Status);
        Assert.False((await host.UserInfoAsync(signedIn.AccessToken)).Json.TryGetProperty("nickname", out _));
    }

    [Fact]
    public async Task A_nickname_is_a_strangers_text()
    {
        var person = Person("odd");
        host.Providers.Nicknames[person] = "\"\\u202e <b>\\ud83d小明\u0007\\n\uE001\"";
        var signedIn = await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person), ("scope", "openid profile"));
        Assert.Equal("<b>小明", (await host.UserInfoAsync(signedIn.AccessToken)).Text("nickname"));
    }

    [Fact]
    public async Task A_disabled_account_and_one_with_a_second_step_are_refused()
    {
        foreach (var change in new[] { "UPDATE accounts SET disabled_at = 1 WHERE nickname = {0}", "UPDATE accounts SET two_factor_enabled = TRUE WHERE nickname = {0}" })
        {
            var person = Person("shut");
            await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person));
            await host.SqlAsync(System.Runtime.CompilerServices.FormattableStringFactory.Create(change, person));
            Refused("invalid_grant", await host.CodeAsync("backend", "wx-web", host.Providers.Code(ExternalHost.WxWeb, person)));
        }
    }

    // ---- takeover

    [Fact]
    public async Task A_token_of_somebody_elses_app_or_of_a_sibling_is_refused()
    {
        var victim = Person("victim");
        var theirs = (await host.CodeAsync("backend", "qq-mobile", host.Providers.Code(ExternalHost.QqMobile, victim, "auth://www.qq.com"))).Subject();
        foreach (var app in new[] { ExternalHost.QqForeign, ExternalHost.QqSibling, ExternalHost.QqWeb })
        {
            var refused = await TokenAsync("qq-mobile", host.Providers.MobileToken(app, victim));
            Refused("invalid_grant", refused);
            Assert.DoesNotContain(theirs, refused.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_foreign_openid_in_the_request_is_refused()
    {
        var victim = Person("victim");
        var claimed = ("openid", Providers.QqOpenId(ExternalHost.QqMobile, victim));
        await TokenAsync("qq-mobile", host.Providers.MobileToken(ExternalHost.QqMobile, victim));
        var accounts = await CountAsync();
        Refused("invalid_grant", await TokenAsync("qq-mobile", host.Providers.MobileToken(ExternalHost.QqMobile, Person("thief")), claimed));
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mobile", host.Providers.Code(ExternalHost.WxMobile, Person("thief")), ("openid", Providers.WeChatOpenId(ExternalHost.WxMobile, victim))));
        Assert.Equal(accounts, await CountAsync());
    }

    [Fact]
    public async Task A_code_of_another_app_is_refused()
    {
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mobile", host.Providers.Code(ExternalHost.WxMini, Person("x"))));
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMobile, Person("x"))));
        Refused("invalid_grant", await host.CodeAsync("backend", "qq-mobile", host.Providers.Code(ExternalHost.QqSibling, Person("x"), "auth://www.qq.com")));
    }

    [Fact]
    public async Task A_replayed_code_is_refused()
    {
        var code = host.Providers.Code(ExternalHost.WxMobile, Person("x"));
        Assert.Equal(200, (await host.CodeAsync("app", "wx-mobile", code)).Status);
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mobile", code));
        code = host.Providers.Code(ExternalHost.QqSdk, Person("x"), "auth://www.qq.com");
        Assert.Equal(200, (await host.CodeAsync("app", "qq-sdk", code)).Status);
        Refused("invalid_grant", await host.CodeAsync("app", "qq-sdk", code));
    }

    [Fact]
    public async Task A_snapshot_user_makes_and_finds_nothing()
    {
        var person = Person("shadow");
        await host.CodeAsync("backend", "wx-official", host.Providers.Code(ExternalHost.WxOfficial, person));
        var accounts = await CountAsync();
        Refused("invalid_grant", await host.CodeAsync("backend", "wx-official", host.Providers.Code(ExternalHost.WxOfficial, person, snapshot: true)));
        Refused("invalid_grant", await host.CodeAsync("backend", "wx-official", host.Providers.Code(ExternalHost.WxOfficial, Person("shadow"), snapshot: true)));
        Assert.Equal(accounts, await CountAsync());
    }

    [Theory]
    [InlineData("narrow", "wx-web", ExternalHost.WxWeb)]
    [InlineData("narrow", "wx-mini", ExternalHost.WxMini)]
    [InlineData("narrow", "nobodys", ExternalHost.WxWeb)]
    [InlineData("narrow", "qq-mobile", ExternalHost.QqMobile)]
    [InlineData("app", "wx-web", ExternalHost.WxWeb)]
    [InlineData("app", "wx-official", ExternalHost.WxOfficial)]
    [InlineData("app", "qq-web", ExternalHost.QqWeb)]
    [InlineData("site", "wx-mobile", ExternalHost.WxMobile)]
    public async Task An_app_that_the_client_may_not_use_is_refused_before_the_provider_is_asked(string client, string app, string appId)
    {
        var code = host.Providers.Code(appId, Person("x"), ExternalHost.QqRedirect);
        var calls = host.Providers.Calls.Values.Sum();
        Refused("unauthorized_client", await host.CodeAsync(client, app, code));
        Assert.Equal(calls, host.Providers.Calls.Values.Sum());
    }

    [Fact]
    public async Task The_only_app_of_a_client_need_not_be_named()
    {
        var code = host.Providers.Code(ExternalHost.WxMobile, Person("x"));
        Assert.Equal(200, (await host.TokenAsync("narrow", ("grant_type", ExternalHost.WeChat), ("code", code))).Status);
        Refused("invalid_request", await host.TokenAsync("backend", ("grant_type", ExternalHost.WeChat), ("code", code)));
    }

    [Theory]
    [InlineData("wx-mobile", "")]
    [InlineData("wx-mobile", "code=a&access_token=b")]
    [InlineData("wx-mobile", "code=a&phone_code=b")]
    [InlineData("wx-mobile", "code=a&code=b")]
    [InlineData("qq-web", "code=a")]
    [InlineData("qq-mobile", "code=a&access_token=b")]
    [InlineData("wx-mobile", "code={long}")]
    [InlineData("wx-mobile", "code=a&app={long}")]
    [InlineData("wx-mobile", "code=a&openid={long}")]
    public async Task A_malformed_request_is_refused(string app, string rest)
    {
        var body = $"grant_type={Uri.EscapeDataString(app[..2] is "qq" ? ExternalHost.QQ : ExternalHost.WeChat)}&app={app}&{rest}".Replace("{long}", new string('a', 600), StringComparison.Ordinal);
        Refused("invalid_request", await host.PostRawAsync("/connect/token", body, authorization: RawRequest.Basic("backend")));
    }

    [Fact]
    public async Task Discovery_tells_both_grants() => Assert.Superset(
        new HashSet<string> { ExternalHost.QQ, ExternalHost.WeChat },
        (await host.GetAsync("/.well-known/openid-configuration")).Json.GetProperty("grant_types_supported").EnumerateArray().Select(one => one.GetString()!).ToHashSet());

    [Fact]
    public async Task A_call_whose_connection_is_cut_is_not_made_again()
    {
        foreach (var (app, appId, path) in new[] { ("wx-mobile", ExternalHost.WxMobile, "/sns/oauth2/access_token"), ("wx-mini", ExternalHost.WxMini, "/sns/jscode2session"), ("qq-sdk", ExternalHost.QqSdk, "/oauth2.0/token") })
        {
            // A kept connection, if there were one, would be there now.
            await host.CodeAsync("app", app, host.Providers.Code(appId, Person("x"), "auth://www.qq.com"));
            foreach (var cut in new[] { Fault.HangUp, Fault.Cut })
            {
                var before = host.Providers.Calls[path];
                host.Providers.Faults[path] = cut;
                Refused("temporarily_unavailable", await host.CodeAsync("app", app, host.Providers.Code(appId, Person("x"), "auth://www.qq.com")), 503);
                host.Providers.Faults.Clear();
                Assert.Equal(before + 1, host.Providers.Calls[path]);
            }
        }
    }

    // ---- mini program phone number

    [Fact]
    public async Task A_mini_programs_phone_number_is_a_proved_one()
    {
        var person = Person("caller");
        var signedIn = await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, person), ("phone_code", host.Providers.PhoneCode(ExternalHost.WxMini, "13900000001")), ("scope", "openid phone"));
        Assert.Equal(200, signedIn.Status);
        var claims = await host.UserInfoAsync(signedIn.AccessToken);
        Assert.Equal("+8613900000001", claims.Text("phone_number"));
        Assert.True(claims.Json.GetProperty("phone_number_verified").GetBoolean());

        // Somebody else's sign-in name stays theirs.
        await host.AddAccountAsync(new NewAccount { PhoneNumber = "13900000002", PhoneNumberVerified = true });
        var other = await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, Person("other")), ("phone_code", host.Providers.PhoneCode(ExternalHost.WxMini, "13900000002")), ("scope", "openid phone"));
        Assert.Equal(200, other.Status);
        Assert.False((await host.UserInfoAsync(other.AccessToken)).Json.TryGetProperty("phone_number", out _));
    }

    [Fact]
    public async Task A_phone_number_with_another_apps_watermark_makes_nothing()
    {
        var accounts = await CountAsync();
        host.Providers.WatermarkApp = ExternalHost.WxLoose;
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, Person("x")), ("phone_code", host.Providers.PhoneCode(ExternalHost.WxMini, "13900000003"))));
        host.Providers.WatermarkApp = null;
        Assert.Equal(accounts, await CountAsync());

        // The most reported mistake: a login code in its place.
        Refused("invalid_grant", await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, Person("x")), ("phone_code", "a-login-code")));
        Assert.Equal(accounts, await CountAsync());
    }

    [Fact]
    public async Task A_dead_app_token_is_fetched_anew_for_the_next()
    {
        Task<Answer> AskAsync() => host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, Person("x")), ("phone_code", host.Providers.PhoneCode(ExternalHost.WxMini, $"138{people:00000000}")));
        Assert.Equal(200, (await AskAsync()).Status);
        var fetched = host.Providers.Calls["/cgi-bin/stable_token"];
        Assert.Equal(200, (await AskAsync()).Status);
        Assert.Equal(fetched, host.Providers.Calls["/cgi-bin/stable_token"]);
        host.Providers.KillAppTokens();
        Refused("temporarily_unavailable", await AskAsync(), 503);
        Assert.Equal(200, (await AskAsync()).Status);
        Assert.Equal(fetched + 1, host.Providers.Calls["/cgi-bin/stable_token"]);
        Assert.DoesNotContain(host.Providers.Secrets, secret => host.ReadAsync(db => db.ExternalAppTokens.AnyAsync(row => row.Token == secret)).Result);
    }

    internal static void Refused(string error, Answer answer, int status = 400)
    {
        Assert.Equal(error, answer.Text("error"));
        Assert.Equal(status, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }

    private Task<Answer> TokenAsync(string app, string token, params (string Name, string Value)[] more) => host.TokenAsync("app", [("grant_type", ExternalHost.QQ), ("app", app), ("access_token", token), .. more]);

    private Task<int> CountAsync() => host.ReadAsync(db => db.Accounts.CountAsync());

    private string Person(string kind) => $"{kind}-{GetHashCode()}-{people++}";
}

public sealed class ClosedExternalGrantTests(ClosedHost host) : IClassFixture<ClosedHost>
{
    [Fact]
    public async Task Without_new_accounts_an_unknown_person_is_told_to_link_first()
    {
        var refused = await host.CodeAsync("app", "wx-mobile", host.Providers.Code(ExternalHost.WxMobile, "nobody"));
        ExternalGrantTests.Refused("invalid_grant", refused);
        Assert.Contains("link", refused.Text("error_description"), StringComparison.Ordinal);
        Assert.Equal($"{host.Issuer}/account/linked", refused.Text("error_uri"));
        Assert.Equal(0, await host.ReadAsync(db => db.Accounts.CountAsync()));
    }
}
