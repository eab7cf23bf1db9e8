using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;

namespace Identity.Tests.Support;

/// <summary>People with two-step verification, as the pages make them.</summary>
internal static class TwoStep
{
    /// <summary>An account that turned it on in a browser: its phone and its recovery codes.</summary>
    public static async Task<(AuthenticatorPhone Phone, IReadOnlyList<string> Codes)> AddTwoStepAccountAsync(this IdentityHost host, NewAccount wanted)
    {
        await host.AddAccountAsync(wanted);
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), (wanted.UserName ?? wanted.Email)!);
        return await host.TurnOnAsync(browser);
    }

    public static async Task<(AuthenticatorPhone Phone, IReadOnlyList<string> Codes)> TurnOnAsync(this IdentityHost host, Browser browser)
    {
        var page = await browser.OpenAsync("/account/security/app");
        var phone = new AuthenticatorPhone(page.Document.QuerySelector("#key")!.TextContent);
        var done = await browser.SubmitAsync(page, "Turn on", ("code", phone.Now(host)));
        Assert.Equal("Two-step verification is on", done.Heading);
        // The code that turned it on is used up.
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        return (phone, [.. done.Document.QuerySelectorAll(".codes code").Select(code => code.TextContent)]);
    }

    /// <summary>A sign-in up to the second step.</summary>
    public static async Task<Stop> ToSecondStepAsync(this Browser browser, string name, string address = "/sign-in")
    {
        var page = await browser.SignInAsync(await browser.OpenAsync(address), name);
        Assert.Equal("Second step", page.Heading);
        return page;
    }

    public static string Now(this AuthenticatorPhone phone, IdentityHost host) => phone.CodeAt(host.Services.GetRequiredService<TimeProvider>().GetUtcNow());

    /// <summary>The code after this one, which is accepted already: for hosts whose clock is the real one.</summary>
    public static string Next(this AuthenticatorPhone phone, IdentityHost host) => phone.CodeAt(host.Services.GetRequiredService<TimeProvider>().GetUtcNow() + TimeSpan.FromSeconds(30));
}
