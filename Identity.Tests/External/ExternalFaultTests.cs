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
        var (path, fault, refused) = Break(name);
        var (app, code) = path is ProviderFaults.WxToken ? ("wx-web", host.Providers.Code(ExternalHost.WxWeb, name)) : ("qq-web", host.Providers.Code(ExternalHost.QqWeb, name, ExternalHost.QqRedirect));
        var answer = await host.CodeAsync("backend", app, code);
        ExternalGrantTests.Refused(refused ? "invalid_grant" : "temporarily_unavailable", answer, refused ? 400 : 503);
        await NothingCameOfItAsync(fault);

        var legacy = await host.PostJsonAsync($"/usercenter/v1/login/{(app is "wx-web" ? "WxLogin" : "QqLogin")}", new() { ["code"] = code, ["app"] = app, ["redirect_uri"] = ExternalHost.QqRedirect });
        Assert.Equal((201, "{}"), (legacy.Status, legacy.Body));
        await NothingCameOfItAsync(fault);
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task In_the_browser(string name)
    {
        var (path, fault, refused) = Break(name);
        using var browser = new Browser(host);
        var page = await browser.SignInWithAsync(host, await browser.OpenAsync(CodeFlowHost.Request("site")), path is ProviderFaults.WxToken ? "Sign in with WeChat" : "Sign in with QQ", name);
        Assert.Equal("Sign in", page.Heading);
        Assert.Equal(200, page.Answer.Status);
        var problem = page.Document.QuerySelector("[role=alert]")!.TextContent;
        Assert.Contains(refused ? "try again" : "does not answer", problem, StringComparison.Ordinal);
        await NothingCameOfItAsync(fault);

        // The request still waits: it can be answered another way.
        host.Providers.Faults.Clear();
        Assert.NotNull((await browser.SignInWithAsync(host, page, "Sign in with QQ", $"{name} after all")).Parameter("code"));
    }

    private (string Path, Fault Fault, bool Refused) Break(string name)
    {
        var row = ProviderFaults.Of(name);
        host.Providers.Faults.Clear();
        host.Providers.Faults[row.Path] = row.Fault;
        return row;
    }

    private async Task NothingCameOfItAsync(Fault fault)
    {
        Assert.NotNull(fault);
        Assert.Equal(0, await host.ReadAsync(db => db.ExternalIdentities.CountAsync(row => !db.Accounts.Any(account => account.Id == row.AccountId && account.Nickname!.EndsWith("after all")))));
        Assert.Equal(0, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Nickname == null || !account.Nickname.EndsWith("after all"))));
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Error && line.Event.Id != 2071);
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
