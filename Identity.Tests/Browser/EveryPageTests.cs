using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>Every page that needs no story, seen once in each of four looks: axe-core, the width, a picture.</summary>
[Collection(InChromium.Name)]
public sealed class EveryPageTests(ChromiumFixture chromium, BrowserHost host) : IClassFixture<BrowserHost>
{
    public static TheoryData<string, int, bool, bool> Looks => new()
    {
        { "en", 1024, false, true },
        { "zh-CN", 320, true, true },
        { "zh-CN", 1024, false, false },
        { "en", 320, true, false },
    };

    private static readonly (string Path, string State)[] OfTheAccount =
    [
        ("/account/profile", "account-profile"),
        ("/account/email", "account-email"),
        ("/account/password", "account-password"),
        ("/account/security", "account-security"),
        ("/account/security/app", "account-security-app"),
        ("/account/sessions", "account-sessions"),
        ("/account/applications", "account-applications"),
        ("/account/api-key", "account-api-key"),
        ("/account/data", "account-data"),
        ("/account/delete", "account-delete"),
        ("/account/confirm?then=/account/password", "account-confirm"),
        ("/account/deleted", "account-deleted"),
    ];

    [Theory, MemberData(nameof(Looks))]
    public async Task An_account_page_is_fit_to_be_seen(string language, int width, bool dark, bool scripts)
    {
        var look = new Look(language, width, dark, scripts);
        await host.AddAccountAsync(new NewAccount { Email = $"looker-{look}@example.com".ToLowerInvariant(), EmailVerified = true, Nickname = "王小明" });
        await using var window = await chromium.OpenAsync(look);
        await EnterAsync(window, $"looker-{look}@example.com".ToLowerInvariant());
        foreach (var (path, state) in OfTheAccount)
        {
            await window.Page.GotoAsync(host.Issuer + path);
            await window.SeenAsync(state);
        }

        await window.CloseAsync();
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_device_is_let_in(string language, int width, bool dark, bool scripts)
    {
        var look = new Look(language, width, dark, scripts);
        await host.AddAccountAsync(new NewAccount { UserName = $"viewer-{look}".ToLowerInvariant() });
        await using var window = await chromium.OpenAsync(look);
        await EnterAsync(window, $"viewer-{look}".ToLowerInvariant());
        var page = window.Page;
        await page.GotoAsync($"{host.Issuer}/device");
        await window.SeenAsync("device");
        await page.FillAsync("#user_code", "BBBB-BBBB");
        await page.Locator("form .actions button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".problem")).ToBeVisibleAsync();
        await window.SeenAsync("device-wrong");
        await Assertions.Expect(page.Locator("#user_code")).ToHaveValueAsync("BBBB-BBBB");
        var device = await host.PostAsync("/connect/device", null, ("client_id", "tv"), ("scope", "openid profile"));
        await page.FillAsync("#user_code", device.Text("user_code"));
        await page.Locator("form .actions button").First.ClickAsync();
        await Assertions.Expect(page.Locator("button[name=allow][value=true]")).ToBeVisibleAsync();
        await window.SeenAsync("device-decide");
        await page.ClickAsync("button[name=allow][value=true]");
        await Assertions.Expect(page.Locator("button[name=allow]")).ToHaveCountAsync(0);
        await window.SeenAsync("device-done");
        await window.CloseAsync();
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_pages_of_the_protocol_are_fit_to_be_seen(string language, int width, bool dark, bool scripts)
    {
        var look = new Look(language, width, dark, scripts);
        await host.AddAccountAsync(new NewAccount { UserName = $"chooser-{look}".ToLowerInvariant() });
        await using var window = await chromium.OpenAsync(look);
        await window.Page.GotoAsync($"{host.Issuer}/sign-in");
        await window.SeenAsync("sign-in");
        await EnterAsync(window, $"chooser-{look}".ToLowerInvariant());
        await window.Page.GotoAsync(host.Issuer + CodeFlowHost.Request("corner-shop", ("redirect_uri", host.Spa.Back), ("prompt", "select_account")));
        await window.SeenAsync("select-account");
        await window.Page.GotoAsync($"{host.Issuer}/sign-out");
        await window.SeenAsync("sign-out");
        await window.Page.Locator("form .actions button").First.ClickAsync();
        await Assertions.Expect(window.Page).ToHaveURLAsync($"{host.Issuer}/signed-out");
        await window.SeenAsync("signed-out");
        Assert.Empty(window.Complaints);
        // A refusal has its status, which the console tells too.
        await window.Page.GotoAsync(host.Issuer + CodeFlowHost.Request("corner-shop", ("redirect_uri", "https://evil.example/")));
        await Assertions.Expect(window.Page.Locator("code")).ToBeVisibleAsync();
        await window.SeenAsync("error");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_second_step_is_taken(string language, int width, bool dark, bool scripts)
    {
        var look = new Look(language, width, dark, scripts);
        var name = $"stepper-{look}".ToLowerInvariant();
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = name });
        await using var window = await chromium.OpenAsync(look);
        await FillAsync(window, name);
        await Assertions.Expect(window.Page).ToHaveURLAsync($"{host.Issuer}/sign-in/second");
        await window.SeenAsync("second-step");
        await window.Page.GotoAsync($"{host.Issuer}/sign-in/second?recovery=true");
        await window.SeenAsync("second-step-recovery");
        await window.Page.GotoAsync($"{host.Issuer}/sign-in/second");
        await window.Page.CheckAsync("input[name=rememberDevice]");
        await window.Page.FillAsync("#code", phone.Next(host));
        await window.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(window.Page).ToHaveURLAsync($"{host.Issuer}/");
        await window.Page.GotoAsync($"{host.Issuer}/account/security");
        await window.SeenAsync("account-security-on");
        await window.CloseAsync();
    }

    private async Task EnterAsync(Window window, string name)
    {
        await FillAsync(window, name);
        await Assertions.Expect(window.Page).ToHaveURLAsync($"{host.Issuer}/");
    }

    private async Task FillAsync(Window window, string name)
    {
        await window.Page.GotoAsync($"{host.Issuer}/sign-in");
        await window.Page.FillAsync("#username", name);
        await window.Page.FillAsync("#password", "correct horse battery");
        await window.Page.Locator("form:has(#username) .actions button").First.ClickAsync();
    }
}
