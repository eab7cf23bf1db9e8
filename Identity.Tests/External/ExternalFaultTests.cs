using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.External;

/// <summary>Each fault of each provider, at the token endpoint, at the legacy route and in the browser: a clear answer, no account, no session, no 500.</summary>
public sealed class ExternalFaultTests(ExternalHost host) : IClassFixture<ExternalHost>
{
    public static TheoryData<string> Faults => [.. ProviderFaults.All];

    [Theory, MemberData(nameof(Faults))]
    public async Task At_the_token_endpoint(string name)
    {
        var (path, refused) = Break(name);
        var (app, code) = path is ProviderFaults.WxToken ? ("wx-web", host.Providers.Code(ExternalHost.WxWeb, name)) : ("qq-web", host.Providers.Code(ExternalHost.QqWeb, name, ExternalHost.QqRedirect));
        var answer = await host.CodeAsync("backend", app, code);
        ExternalGrantTests.Refused(refused ? "invalid_grant" : "temporarily_unavailable", answer, refused ? 400 : 503);
        await NothingCameOfItAsync();

        var legacy = await host.PostJsonAsync($"/usercenter/v1/login/{(app is "wx-web" ? "WxLogin" : "QqLogin")}", new() { ["code"] = code, ["app"] = app, ["redirect_uri"] = ExternalHost.QqRedirect });
        Assert.Equal((201, "{}"), (legacy.Status, legacy.Body));
        await NothingCameOfItAsync();
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task In_the_browser(string name)
    {
        var (path, refused) = Break(name);
        using var browser = new Browser(host);
        var page = await browser.SignInWithAsync(host, await browser.OpenAsync(CodeFlowHost.Request("site")), path is ProviderFaults.WxToken ? "Sign in with WeChat" : "Sign in with QQ", name);
        Assert.Equal("Sign in", page.Heading);
        Assert.Equal(200, page.Answer.Status);
        var problem = page.Document.QuerySelector("[role=alert]")!.TextContent;
        Assert.Contains(refused ? "try again" : "does not answer", problem, StringComparison.Ordinal);
        await NothingCameOfItAsync();

        // The request still waits: it can be answered another way.
        host.Providers.Faults.Clear();
        Assert.NotNull((await browser.SignInWithAsync(host, page, "Sign in with QQ", $"{name} after all")).Parameter("code"));
    }

    [Theory]
    [InlineData("""{"errcode":-1,"errmsg":"system error"}""", false)]
    [InlineData("""{"errcode":45011,"errmsg":"frequency limit"}""", false)]
    [InlineData("""{"errcode":40226,"errmsg":"code blocked"}""", true)]
    [InlineData("""{"errcode":40029,"errmsg":"invalid code"}""", true)]
    [InlineData("""{"errcode":40163,"errmsg":"code been used"}""", true)]
    [InlineData("""{"errcode":40013,"errmsg":"invalid appid"}""", false)]
    [InlineData("""{"session_key":"abc"}""", false)]
    [InlineData("<html>", false)]
    public async Task A_mini_program_too(string body, bool refused)
    {
        host.Providers.Faults.Clear();
        host.Providers.Faults[ProviderFaults.WxSession] = Fault.Answer(body);
        ExternalGrantTests.Refused(refused ? "invalid_grant" : "temporarily_unavailable", await host.CodeAsync("app", "wx-mini", host.Providers.Code(ExternalHost.WxMini, "mini")), refused ? 400 : 503);
        await NothingCameOfItAsync();
    }

    /// <summary>A nickname is worth no sign-in; a unionid that only the profile has is worth one, for without it a second account would be made.</summary>
    [Fact]
    public async Task A_profile_that_cannot_be_had_costs_the_nickname_and_never_the_identity()
    {
        foreach (var fault in new[] { Fault.Cut, Fault.Answer("""{"errcode":-1}"""), Fault.Answer("""{"ret":-1,"msg":"client request's parameters are invalid"}"""), Fault.Answer("<html>") })
        {
            host.Providers.Faults.Clear();
            host.Providers.Faults["/sns/userinfo"] = host.Providers.Faults["/user/get_user_info"] = fault;
            var person = $"profile-{fault.GetHashCode()} after all";
            var known = await host.CodeAsync("backend", "wx-mobile", host.Providers.Code(ExternalHost.WxMobile, person));
            Assert.Equal(200, known.Status);
            Assert.Equal(200, (await host.CodeAsync("backend", "qq-sdk", host.Providers.Code(ExternalHost.QqSdk, person, "auth://www.qq.com"))).Status);
            var subjects = await host.ReadAsync(db => db.Accounts.Where(account => account.Nickname == null).Select(account => account.Subject).ToListAsync());
            Assert.Contains(known.Subject(), subjects);
            await host.WriteAsync(db => db.Accounts.Where(account => account.Nickname == null).ExecuteDeleteAsync());
            using var browser = new Browser(host);
            var page = await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), "Sign in with QQ", person);
            Assert.Equal("Sign in", page.Heading);
            page = await browser.SignInWithAsync(host, page, "Sign in with WeChat", person);
            Assert.Equal("Sign in", page.Heading);
        }

        host.Providers.Faults.Clear();
        host.Providers.Faults["/sns/userinfo"] = Fault.Cut;
        ExternalGrantTests.Refused("temporarily_unavailable", await host.CodeAsync("backend", "wx-loose", host.Providers.Code(ExternalHost.WxLoose, "loose")), 503);
        await NothingCameOfItAsync();
    }

    private (string Path, bool Refused) Break(string name)
    {
        var row = ProviderFaults.Of(name);
        host.Providers.Faults.Clear();
        host.Providers.Faults[row.Path] = row.Fault;
        return (row.Path, row.Refused);
    }

    private async Task NothingCameOfItAsync()
    {
        Assert.Equal(0, await host.ReadAsync(db => db.ExternalIdentities.CountAsync(row => !db.Accounts.Any(account => account.Id == row.AccountId && account.Nickname!.EndsWith("after all")))));
        Assert.Equal(0, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Nickname == null || !account.Nickname.EndsWith("after all"))));
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Error && line.Event.Id != 4002);
    }
}

/// <summary>The other calls of a sign-in, and those that never end.</summary>
public sealed class SlowProviderTests(ImpatientHost host) : IClassFixture<ImpatientHost>
{
    [Theory]
    [InlineData("/sns/oauth2/access_token", "wx-web", ExternalHost.WxWeb)]
    [InlineData("/oauth2.0/token", "qq-web", ExternalHost.QqWeb)]
    [InlineData("/sns/jscode2session", "wx-mini", ExternalHost.WxMini)]
    public async Task A_provider_that_never_answers_is_not_waited_for(string path, string app, string appId)
    {
        host.Providers.Faults.Clear();
        host.Providers.Faults[path] = Fault.Slow;
        ExternalGrantTests.Refused("temporarily_unavailable", await host.CodeAsync("backend", app, host.Providers.Code(appId, "slow", ExternalHost.QqRedirect)), 503);
        if (app is not "wx-mini")
        {
            using var browser = new Browser(host);
            var page = await browser.SignInWithAsync(host, await browser.OpenAsync("/sign-in"), app is "wx-web" ? "Sign in with WeChat" : "Sign in with QQ", "slow");
            Assert.Contains("does not answer", page.Answer.Body, StringComparison.Ordinal);
        }
    }
}
