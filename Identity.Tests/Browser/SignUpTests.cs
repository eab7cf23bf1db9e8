using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>
/// From an application to a new account, back, and to a new password: in both languages, with and without scripts, on a narrow
/// window, by night, by the keyboard alone. Any two of these meet in one of the rows.
/// </summary>
[Collection(InChromium.Name)]
public sealed class SignUpTests(ChromiumFixture chromium, BrowserHost host) : IClassFixture<BrowserHost>
{
    private const string Password = "a new battery of horses";

    [Theory]
    [InlineData("en", 1024, false, true, false)]
    [InlineData("en", 320, true, false, true)]
    [InlineData("zh-CN", 1024, true, false, false)]
    [InlineData("zh-CN", 320, false, true, true)]
    [InlineData("zh-CN", 1024, true, true, true)]
    [InlineData("en", 320, false, false, false)]
    public async Task A_person_makes_an_account_comes_back_and_sets_a_new_password(string language, int width, bool dark, bool scripts, bool keyboard)
    {
        var look = new Look(language, width, dark, scripts);
        var mailbox = $"{look}-{keyboard}@example.com".ToLowerInvariant();
        await using var window = await chromium.OpenAsync(look);
        var page = window.Page;
        await page.GotoAsync(host.Issuer + CodeFlowHost.Request("corner-shop", ("redirect_uri", host.Spa.Back), ("scope", "openid profile email"), ("prompt", "create")));
        await Assertions.Expect(page.Locator("#email")).ToBeFocusedAsync();
        await window.SeenAsync("register");
        await SendAsync(page, keyboard, ("email", mailbox));
        await Assertions.Expect(page.Locator("#code")).ToBeFocusedAsync();
        await page.ReloadAsync();
        await window.SeenAsync("register-code");
        var code = host.CodeFor(mailbox);
        await SendAsync(page, keyboard, ("code", code == "123456" ? "654321" : "123456"), ("nickname", "小明"), ("password", Password));
        await Assertions.Expect(page.Locator("#code-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#nickname")).ToHaveValueAsync("小明");
        await window.SeenAsync("register-wrong");
        await SendAsync(page, keyboard, ("code", code), ("nickname", "小明"), ("password", Password));
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/consent"));
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("小明");
        await window.SeenAsync("consent");
        await PressAsync(page, keyboard, "button[name=allow][value=true]");
        await window.ArriveAsync("Back at the client");
        Assert.True(QueryHelpers.ParseQuery(new Uri(page.Url).Query).ContainsKey("code"));

        // Another day, in another browser.
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync($"{host.Issuer}/sign-in");
        await PressAsync(page, keyboard, "a[href^='/forgot']");
        await Assertions.Expect(page.Locator("#email")).ToBeFocusedAsync();
        await window.SeenAsync("forgot");
        await SendAsync(page, keyboard, ("email", mailbox));
        await Assertions.Expect(page.Locator("#code")).ToBeFocusedAsync();
        await window.SeenAsync("forgot-code");
        code = host.CodeFor(mailbox);
        await SendAsync(page, keyboard, ("code", code), ("password", "12345678"));
        await Assertions.Expect(page.Locator("#password-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#code")).ToHaveValueAsync(code);
        await window.SeenAsync("forgot-wrong");
        await SendAsync(page, keyboard, ("code", code), ("password", "another battery of horses"));
        await Assertions.Expect(page.Locator(".done")).ToBeVisibleAsync();
        await window.SeenAsync("sign-in-after-reset");
        await SendAsync(page, keyboard, ("username", mailbox), ("password", "another battery of horses"));
        await Assertions.Expect(page).ToHaveURLAsync($"{host.Issuer}/");
        // What was sent is not sent again.
        await page.ReloadAsync();
        await page.GoBackAsync();
        await page.GoForwardAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("小明");
        await window.SeenAsync("account");
        await window.CloseAsync();
    }

    [Fact]
    public async Task Another_code_can_be_had_after_a_minute_that_is_counted_down()
    {
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{host.Issuer}/register");
        await SendAsync(window.Page, keyboard: true, ("email", "patient@example.com"));
        var again = window.Page.Locator("button[data-wait]");
        await Assertions.Expect(again).ToBeDisabledAsync();
        await Assertions.Expect(again).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"\(5\d s\)"));
        await window.CloseAsync();
    }

    // Fills in the form, whose first field has the cursor already, and sends it.
    private static async Task SendAsync(IPage page, bool keyboard, params (string Field, string Value)[] filled)
    {
        if (!keyboard)
        {
            foreach (var (field, value) in filled)
            {
                await page.FillAsync($"#{field}", value);
            }

            await page.Locator($"form:has(#{filled[0].Field}) .actions button").First.ClickAsync();
            return;
        }

        foreach (var (field, value) in filled)
        {
            await Assertions.Expect(page.Locator($"#{field}")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.TypeAsync(value);
            if (field != filled[^1].Field)
            {
                await page.Keyboard.PressAsync("Tab");
            }
        }

        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task PressAsync(IPage page, bool keyboard, string what)
    {
        if (!keyboard)
        {
            await page.ClickAsync(what);
            return;
        }

        for (var steps = 0; steps < 30 && !await page.Locator(what).EvaluateAsync<bool>("element => element === document.activeElement"); steps++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await Assertions.Expect(page.Locator(what)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
    }
}
