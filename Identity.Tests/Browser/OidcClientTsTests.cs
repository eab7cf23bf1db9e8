using Identity.Server.Accounts;
using Identity.Tests.Interop;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>npm's oidc-client-ts, in a single page application of another origin, in Chromium.</summary>
[Collection(InChromium.Name)]
public sealed class OidcClientTsTests(ChromiumFixture chromium, BrowserHost host) : IClassFixture<BrowserHost>
{
    [Fact]
    public async Task An_application_signs_in_renews_by_refresh_token_and_signs_out()
    {
        var subject = await AddAsync("refresher");
        await using var window = await SignInAsync("refresher", "openid profile offline_access");
        await ShowsAsync(window, $"signed in {subject}");
        Assert.Equal("where I was", await UserAsync(window, "state"));
        Assert.Equal("refresher", await UserAsync(window, "profile.preferred_username"));
        var (access, refresh) = (await UserAsync(window, "access_token"), await UserAsync(window, "refresh_token"));
        await window.PictureAsync("application");

        await window.Button("Renew").ClickAsync();
        await ShowsAsync(window, $"renewed {subject}");
        Assert.NotEqual(access, await UserAsync(window, "access_token"));
        Assert.NotEqual(refresh, await UserAsync(window, "refresh_token"));

        await window.Button("Sign out").ClickAsync();
        await ShowsAsync(window, "signed out");
        Assert.Equal($"{host.Spa.Origin}/bye", window.Page.Url.Split('?')[0]);
        await window.Button("Renew").ClickAsync();
        await ShowsAsync(window, "failed: login_required");
        await window.CloseAsync();
    }

    [Fact]
    public async Task An_application_without_refresh_token_renews_in_a_frame()
    {
        var subject = await AddAsync("framed");
        await using var window = await SignInAsync("framed", "openid profile");
        await ShowsAsync(window, $"signed in {subject}");
        Assert.Null(await UserAsync(window, "refresh_token"));
        var access = await UserAsync(window, "access_token");

        var framed = window.Page.WaitForRequestAsync(request => request.Url.Contains("prompt=none", StringComparison.Ordinal));
        await window.Button("Renew").ClickAsync();
        await ShowsAsync(window, $"renewed {subject}");
        Assert.NotEqual(window.Page.MainFrame, (await framed).Frame);
        Assert.NotEqual(access, await UserAsync(window, "access_token"));
        await window.CloseAsync();
    }

    [Fact]
    public async Task Our_pages_are_drawn_in_nobodys_frame()
    {
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{host.Spa.Origin}/");
        var refusal = window.Page.WaitForConsoleMessageAsync(new() { Predicate = message => message.Text.Contains("frame-ancestors", StringComparison.Ordinal) });
        await window.Page.EvaluateAsync("address => { const frame = document.createElement('iframe'); frame.src = address; document.body.append(frame) }", $"{host.Issuer}/sign-in");
        await refusal;
        Assert.All(window.Page.Frames.Where(frame => frame != window.Page.MainFrame), frame => Assert.DoesNotContain(host.Issuer, frame.Url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_of_another_origin_gets_no_answer_from_the_token_endpoint()
    {
        await using var stranger = await SpaHost.StartAsync();
        await using var window = await chromium.OpenAsync();
        const string Ask = "address => fetch(address, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token' }) }).then(answer => String(answer.status), () => 'nothing')";
        await window.Page.GotoAsync($"{host.Spa.Origin}/");
        Assert.Equal("401", await window.Page.EvaluateAsync<string>(Ask, $"{host.Issuer}/connect/token"));
        await window.Page.GotoAsync($"{stranger.Origin}/back");
        Assert.Equal("nothing", await window.Page.EvaluateAsync<string>(Ask, $"{host.Issuer}/connect/token"));
    }

    private static Task<string?> UserAsync(Window window, string member) => window.Page.EvaluateAsync<string?>($"window.user.{member} ?? null");

    private static Task ShowsAsync(Window window, string state) => Assertions.Expect(window.Page.Locator("#state")).ToHaveTextAsync(state);

    private async Task<string> AddAsync(string name)
    {
        Node.Need("oidc-client-ts");
        return (await host.AddAccountAsync(new NewAccount { UserName = name })).Subject;
    }

    // From the application's own button through our pages and back.
    private async Task<Window> SignInAsync(string name, string scope)
    {
        var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{host.Spa.Origin}/");
        await window.Page.EvaluateAsync("scope => sessionStorage.setItem('scope', scope)", scope);
        await window.Page.ReloadAsync();
        await ShowsAsync(window, "ready");
        await window.Button("Sign in").ClickAsync();
        await window.SignInAsync(name);
        await window.ArriveAsync("Allow access?");
        await window.Button("Allow").ClickAsync();
        return window;
    }
}
