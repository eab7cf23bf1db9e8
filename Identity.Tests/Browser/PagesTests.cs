using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;

namespace Identity.Tests.Browsing;

/// <summary>What a person sees and does on the pages, in Chromium.</summary>
[Collection(InChromium.Name)]
public sealed class PagesTests(ChromiumFixture chromium, BrowserHost host) : IClassFixture<BrowserHost>
{
    // The narrowest telephones, and 1280 pixels at a zoom of 400 % (WCAG 2.2, 1.4.10).
    private const int Narrow = 320;

    [Fact]
    public async Task A_person_mistypes_signs_in_and_signs_out()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "typist", Nickname = "The Typist" });
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync($"{host.Issuer}/");
        await window.ArriveAsync("Sign in");
        await Assertions.Expect(window.Page.GetByLabel("User name, e-mail or phone number")).ToBeFocusedAsync();
        await window.SeenAsync("sign-in");

        await window.SignInAsync("typist", "not the password");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The name or the password is wrong.");
        await Assertions.Expect(window.Page.GetByLabel("User name, e-mail or phone number")).ToHaveValueAsync("typist");
        await Assertions.Expect(window.Page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync("");
        await Assertions.Expect(window.Page.GetByLabel("Password", new() { Exact = true })).ToBeFocusedAsync();
        await window.SeenAsync("sign-in-wrong");

        // By the keyboard alone, from where the page put the cursor.
        await window.Page.Keyboard.TypeAsync("correct horse battery");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.ArriveAsync("Your account");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("The Typist");
        await window.SeenAsync("account");

        await window.Link("Sign out").ClickAsync();
        await window.ArriveAsync("Sign out?");
        await window.SeenAsync("sign-out");
        await window.Button("Sign out").ClickAsync();
        await window.ArriveAsync("You are signed out");
        await window.SeenAsync("signed-out");
        await window.Page.GotoAsync($"{host.Issuer}/");
        await window.ArriveAsync("Sign in");
        await window.CloseAsync();
    }

    [Fact]
    public async Task A_person_allows_sees_what_was_allowed_and_takes_it_back()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "giver" });
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(Request("openid profile email"));
        await window.SignInAsync("giver");
        await window.ArriveAsync("Allow access?");
        await Assertions.Expect(window.Page.Locator("li")).ToHaveTextAsync(["know that it is you", "see your profile: name, picture, birthday and the like", "see your e-mail address"]);
        await window.SeenAsync("consent");
        await window.Button("Allow").ClickAsync();
        await window.ArriveAsync("Back at the client");
        Assert.Equal((host.Issuer, true), (Answer(window, "iss"), Answer(window, "code") is not null));

        await window.Page.GotoAsync($"{host.Issuer}/account/applications");
        await window.ArriveAsync("Connected applications");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("The Corner Shop");
        await Assertions.Expect(window.Page.Locator(".card li")).ToHaveTextAsync(["know that it is you", "see your profile: name, picture, birthday and the like", "see your e-mail address"]);
        await window.SeenAsync("applications");
        await window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Take access back from The Corner Shop") }).ClickAsync();
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("No application has access to your account.");

        await window.Page.GotoAsync(Request("openid profile email"));
        await window.ArriveAsync("Allow access?");
        await window.CloseAsync();
    }

    [Fact]
    public async Task A_person_declines_on_either_page()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "decliner" });
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(Request("openid"));
        await window.ArriveAsync("Sign in");
        await window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Back to The Corner Shop") }).ClickAsync();
        await window.ArriveAsync("Back at the client");
        Assert.Equal("access_denied", Answer(window, "error"));

        await window.Page.GotoAsync(Request("openid"));
        await window.SignInAsync("decliner");
        await window.ArriveAsync("Allow access?");
        await window.Button("Do not allow").ClickAsync();
        await window.ArriveAsync("Back at the client");
        Assert.Equal("access_denied", Answer(window, "error"));
        await window.CloseAsync();
    }

    [Fact]
    public async Task An_answer_by_form_post_submits_itself_under_its_own_policy()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "poster" });
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(Request("openid", ("response_mode", "form_post")));
        await window.SignInAsync("poster");
        await window.ArriveAsync("Allow access?");
        await window.Button("Allow").ClickAsync();
        await window.ArriveAsync("Posted to the client");
        await Assertions.Expect(window.Page.Locator("p")).ToHaveTextAsync("code iss state");
        await window.CloseAsync();
    }

    [Fact]
    public async Task No_page_is_wider_than_a_narrow_window()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "narrow", Nickname = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" });
        await using var window = await chromium.OpenAsync(Narrow);
        await window.Page.GotoAsync(Request("openid profile email phone address offline_access api"));
        await FitsAsync(window, "Sign in");
        await window.SignInAsync("narrow", "not the password");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await FitsAsync(window, "Sign in", "-wrong");
        await window.SignInAsync("narrow");
        await FitsAsync(window, "Allow access?");
        await window.Button("Allow").ClickAsync();
        await window.ArriveAsync("Back at the client");
        await window.Page.GotoAsync(Request("openid", ("prompt", "select_account")));
        await FitsAsync(window, "Choose an account");
        foreach (var (path, heading) in new[] { ("/", "Your account"), ("/account/applications", "Connected applications"), ("/sign-out", "Sign out?"), ("/signed-out", "You are signed out") })
        {
            await window.Page.GotoAsync(host.Issuer + path);
            await FitsAsync(window, heading);
        }

        Assert.Empty(window.Complaints);
        // A refusal has its status, which the console tells too.
        await window.Page.GotoAsync(Request("openid", ("redirect_uri", "https://evil.example/")));
        await FitsAsync(window, "This request cannot be answered");
    }

    private static async Task FitsAsync(Window window, string heading, string variant = "")
    {
        await window.ArriveAsync(heading);
        await window.SeenAsync($"narrow-{heading.TrimEnd('?').Replace(' ', '-')}{variant}");
        Assert.True(await window.OverflowAsync() == 0, $"{heading} is wider than its window.");
    }

    private static string? Answer(Window window, string name) => QueryHelpers.ParseQuery(new Uri(window.Page.Url).Query).TryGetValue(name, out var value) ? value.ToString() : null;

    private string Request(string scope, params (string Name, string? Value)[] parameters) =>
        host.Issuer + CodeFlowHost.Request("corner-shop", [("redirect_uri", host.Spa.Back), ("scope", scope), .. parameters]);
}
