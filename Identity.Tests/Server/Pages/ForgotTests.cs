using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Pages;

/// <summary>A new password by a code by mail, in a browser without scripts.</summary>
public sealed class ForgotTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Password = "a new battery of horses";

    [Fact]
    public async Task A_person_sets_a_new_password_everything_ends_and_the_owner_is_told()
    {
        await AddAsync("forgetful@example.com");
        using var elsewhere = new Browser(host);
        Assert.Equal("Your account", (await elsewhere.SignInAsync(await elsewhere.OpenAsync("/sign-in"), "forgetful@example.com")).Heading);
        var token = await PasswordAsync("forgetful@example.com", "correct horse battery");

        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("site"));
        page = await browser.OpenAsync(page.Document.QuerySelector("a[href^='/forgot']")!.GetAttribute("href")!);
        page = await AskAsync(browser, page, "forgetful@example.com");
        page = await ConfirmAsync(browser, page, host.CodeFor("forgetful@example.com"), Password);
        Assert.Equal("Sign in", page.Heading);
        Assert.Contains("Your password was changed. Please sign in with it now.", page.Answer.Body, StringComparison.Ordinal);
        // The application still waits.
        Assert.NotNull((await browser.SubmitAsync(page, "Sign in", ("username", "forgetful@example.com"), ("password", Password))).Parameter("code"));

        Assert.Equal("Sign in", (await elsewhere.OpenAsync("/")).Heading);
        Assert.Equal(400, (await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", token.Text("refresh_token")))).Status);
        Assert.Equal(400, (await PasswordAsync("forgetful@example.com", "correct horse battery")).Status);
        Assert.Contains(Mails("forgetful@example.com"), mail => mail.Contains("Your password was changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Known_and_unknown_addresses_get_the_same_pages_and_different_mails()
    {
        await AddAsync("known@example.com");
        using var browser = new Browser(host);
        var known = await AskAsync(browser, await browser.OpenAsync("/forgot"), "known@example.com");
        using var other = new Browser(host);
        var unknown = await AskAsync(other, await other.OpenAsync("/forgot"), "other@example.com");
        Assert.Equal(Words(known).Replace("known@", "other@", StringComparison.Ordinal), Words(unknown));
        Assert.Contains("There is no account with this address", Mails("other@example.com").Single(), StringComparison.Ordinal);
        Assert.Contains("Your code is", Mails("known@example.com").Single(), StringComparison.Ordinal);
        Assert.Equal(Words(await ConfirmAsync(browser, known, "000000", Password)).Replace("known@", "other@", StringComparison.Ordinal), Words(await ConfirmAsync(other, unknown, "000000", Password)));
    }

    [Fact]
    public async Task A_code_sets_one_password()
    {
        await AddAsync("once@example.com");
        using var browser = new Browser(host);
        using var thief = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/forgot"), "once@example.com");
        var stolen = await AskAsync(thief, await thief.OpenAsync("/forgot"), "once@example.com");
        var code = host.CodeFor("once@example.com");
        Assert.Equal("Set a new password", (await ConfirmAsync(browser, page, code, "12345678")).Heading);
        Assert.Equal("Sign in", (await ConfirmAsync(browser, page, code, Password)).Heading);
        Assert.NotNull((await ConfirmAsync(thief, stolen, code, "a thief of horse batteries")).Document.QuerySelector("#code-error"));
        Assert.Equal(200, (await PasswordAsync("once@example.com", Password)).Status);
    }

    [Fact]
    public async Task A_registration_code_sets_no_password()
    {
        await AddAsync("crossed@example.com");
        Assert.Equal(200, (await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new System.Text.Json.Nodes.JsonObject { ["email"] = "crossed@example.com" })).Status);
        var code = host.CodeFor("crossed@example.com");
        using var browser = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/forgot"), "crossed@example.com");
        if (host.CodeFor("crossed@example.com") != code)
        {
            Assert.NotNull((await ConfirmAsync(browser, page, code, Password)).Document.QuerySelector("#code-error"));
        }
    }

    [Fact]
    public async Task A_name_that_others_locked_is_open_again()
    {
        await AddAsync("locked@example.com");
        for (var n = 0; n < 6; n++)
        {
            await PasswordAsync("locked@example.com", "wrong");
        }

        Assert.Equal(400, (await PasswordAsync("locked@example.com", "correct horse battery")).Status);
        using var browser = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/forgot"), "locked@example.com");
        Assert.Equal("Sign in", (await ConfirmAsync(browser, page, host.CodeFor("locked@example.com"), Password)).Heading);
        Assert.Equal(200, (await PasswordAsync("locked@example.com", Password)).Status);
    }

    private Task<Identity.Server.Data.Account> AddAsync(string email) => host.AddAccountAsync(new NewAccount { Email = email, EmailVerified = true });

    private IEnumerable<string> Mails(string mailbox) => Directory.EnumerateFiles(host.MailFolder, "*.eml").Select(File.ReadAllText).Where(mail => mail.Contains(mailbox, StringComparison.Ordinal));

    private static Task<Stop> AskAsync(Browser browser, Stop page, string email) => browser.SubmitAsync(page, "Send the code", ("email", email));

    private static Task<Stop> ConfirmAsync(Browser browser, Stop page, string code, string password) => browser.SubmitAsync(page, "Set the password", ("code", code), ("password", password));

    private Task<Answer> PasswordAsync(string name, string password) => host.TokenAsync("web", ("grant_type", "password"), ("username", name), ("password", password));

    private static string Words(Stop page) => page.Document.QuerySelector("main")!.TextContent.Trim();
}
