using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Pages;

/// <summary>A new account by a code by mail, in a browser without scripts.</summary>
public sealed class RegisterTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Password = "a new battery of horses";

    [Fact]
    public async Task A_person_whom_an_application_sends_gets_an_account_and_goes_back_signed_in()
    {
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "create"), ("login_hint", "created@example.com")));
        Assert.Equal(("Create an account", "created@example.com"), (page.Heading, page.Field("email")));
        page = await AskAsync(browser, page, "created@example.com");
        var back = await ConfirmAsync(browser, page, host.CodeFor("created@example.com"), Password);
        Assert.NotNull(back.Parameter("code"));
        Assert.Equal(200, (await PasswordAsync("created@example.com", Password)).Status);
    }

    [Fact]
    public async Task Known_and_unknown_addresses_get_the_same_pages_and_different_mails()
    {
        await host.AddAccountAsync(new NewAccount { Email = "known@example.com", EmailVerified = true });
        using var browser = new Browser(host);
        var known = await AskAsync(browser, await browser.OpenAsync("/register"), "known@example.com");
        Assert.DoesNotContain("Your code is", LatestMail("known@example.com"), StringComparison.Ordinal);
        using var other = new Browser(host);
        var unknown = await AskAsync(other, await other.OpenAsync("/register"), "other@example.com");
        Assert.Contains("Your code is", LatestMail("other@example.com"), StringComparison.Ordinal);
        Assert.Equal(Words(known).Replace("known@", "other@", StringComparison.Ordinal), Words(unknown));
        Assert.Contains("You already have an account", LatestMail("known@example.com"), StringComparison.Ordinal);
        Assert.Contains($"{host.Issuer}/forgot", LatestMail("known@example.com"), StringComparison.Ordinal);
        // Whatever is guessed there.
        Assert.Equal(Words(await ConfirmAsync(browser, known, "000000", Password)).Replace("known@", "other@", StringComparison.Ordinal), Words(await ConfirmAsync(other, unknown, "000000", Password)));
    }

    [Fact]
    public async Task What_can_be_mended_costs_neither_the_code_nor_what_was_typed()
    {
        using var browser = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/register"), "mender@example.com");
        var code = host.CodeFor("mender@example.com");
        foreach (var (wrong, sentence) in new[] { ("short", "at least"), ("12345678", "tried first"), ("mender@example.com", "tried first"), ("", "Please enter a new password") })
        {
            page = await browser.SubmitAsync(page, "Create the account", ("code", $" {code[..3]} {code[3..]} "), ("nickname", "The Mender"), ("password", wrong));
            Assert.Equal((200, "The Mender", ""), (page.Answer.Status, page.Field("nickname"), page.Field("password") ?? ""));
            Assert.NotNull(page.Document.QuerySelector("#password-error"));
            if (wrong is not "short")
            {
                Assert.Contains(sentence, page.Document.QuerySelector("#password-error")!.TextContent, StringComparison.Ordinal);
            }
        }

        Assert.Equal("Your account", (await browser.SubmitAsync(page, "Create the account", ("password", Password))).Heading);
        Assert.Equal("The Mender", await host.Store.ReadAsync(db => db.Accounts.Where(row => row.Email == "mender@example.com").Select(row => row.Nickname).SingleAsync(CancellationToken.None), CancellationToken.None));
    }

    [Fact]
    public async Task A_wrong_code_is_said_beside_the_code()
    {
        using var browser = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/register"), "guesser@example.com");
        var right = host.CodeFor("guesser@example.com");
        foreach (var wrong in new[] { right == "123456" ? "654321" : "123456", "12345", "", "abcdef" })
        {
            page = await ConfirmAsync(browser, page, wrong, Password);
            Assert.NotNull(page.Document.QuerySelector("#code-error"));
        }

        Assert.Equal("Your account", (await ConfirmAsync(browser, page, right, Password)).Heading);
    }

    [Fact]
    public async Task Reload_and_the_way_back_make_no_second_account_and_break_nothing()
    {
        using var browser = new Browser(host);
        var first = await browser.OpenAsync("/register");
        var second = await AskAsync(browser, first, "reloader@example.com");
        // The first form once more, as by the way back: a reload of the same step.
        Assert.Equal(Words(second), Words(await AskAsync(browser, first, "reloader@example.com")));
        Assert.Equal(Words(second), Words(await browser.OpenAsync("/register")));
        var code = host.CodeFor("reloader@example.com");
        Assert.Equal("Your account", (await ConfirmAsync(browser, second, code, Password)).Heading);
        var again = await ConfirmAsync(browser, second, code, Password);
        Assert.Equal("Create an account", again.Heading);
        Assert.Equal(1, await host.Store.ReadAsync(db => db.Accounts.CountAsync(row => row.Email == "reloader@example.com", CancellationToken.None), CancellationToken.None));
    }

    [Fact]
    public async Task Another_code_goes_out_after_a_minute_and_another_address_begins_anew()
    {
        using var browser = new Browser(host);
        var page = await AskAsync(browser, await browser.OpenAsync("/register"), "waiter@example.com");
        var first = host.CodeFor("waiter@example.com");
        page = await browser.SubmitAsync(page, "Send another code");
        Assert.Equal(1, Mails("waiter@example.com"));
        Assert.Equal("60", page.Document.QuerySelector("button[data-wait]")!.GetAttribute("data-wait"));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        page = await browser.SubmitAsync(page, "Send another code");
        Assert.Contains("Another code is on its way", page.Answer.Body, StringComparison.Ordinal);
        var second = host.CodeFor("waiter@example.com");
        page = await browser.SubmitAsync(page, "Use another e-mail address");
        Assert.NotNull(page.Field("email"));
        page = await AskAsync(browser, page, "waiter@example.com");
        page = second == first ? page : await ConfirmAsync(browser, page, first, Password);
        Assert.Equal("Your account", (await ConfirmAsync(browser, page, second, Password)).Heading);
    }

    [Fact]
    public async Task An_address_that_asks_for_too_many_codes_gets_the_same_page_and_no_mail()
    {
        await using var narrow = new NarrowHost();
        await narrow.InitializeAsync();
        using var browser = new Browser(narrow);
        Stop? page = null;
        foreach (var n in Enumerable.Range(1, 3))
        {
            using var next = new Browser(narrow);
            page = await AskAsync(next, await next.OpenAsync("/register"), $"flood{n}@example.com");
        }

        Assert.Contains("We have sent a mail to", page!.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(["flood1@example.com", "flood2@example.com"], narrow.Recipients().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_address_that_is_none_is_said_beside_it()
    {
        using var browser = new Browser(host);
        foreach (var wrong in new[] { "", "nobody", "a@b@c", new string('a', 300) + "@example.com", "a@example.com\r\nBcc: b@example.com" })
        {
            var page = await AskAsync(browser, await browser.OpenAsync("/register"), wrong);
            Assert.Equal((200, true), (page.Answer.Status, page.Document.QuerySelector("#email-error") is not null));
        }
    }

    [Fact]
    public async Task Where_registration_is_closed_nothing_offers_it_and_no_form_makes_an_account()
    {
        await using var shut = new ShutHost();
        await shut.InitializeAsync();
        using var browser = new Browser(shut);
        Assert.Null((await browser.OpenAsync("/sign-in")).Document.QuerySelector("a[href^='/register']"));
        Assert.Null((await browser.OpenAsync("/register")).Field("email"));
        Assert.DoesNotContain("\"create\"", (await shut.GetAsync("/.well-known/openid-configuration")).Body, StringComparison.Ordinal);
        // A form of ours, sent elsewhere.
        var form = await browser.OpenAsync("/forgot");
        await browser.PostAsync("/register", ("email", "sneaky@example.com"), ("__RequestVerificationToken", form.Field("__RequestVerificationToken")!));
        Assert.Empty(shut.Recipients());
    }

    private int Mails(string mailbox) => host.Recipients().Count(one => string.Equals(one, mailbox, StringComparison.OrdinalIgnoreCase));

    private static Task<Stop> AskAsync(Browser browser, Stop page, string email) => browser.SubmitAsync(page, "Send the code", ("email", email));

    private static Task<Stop> ConfirmAsync(Browser browser, Stop page, string code, string password) => browser.SubmitAsync(page, "Create the account", ("code", code), ("password", password));

    private string LatestMail(string mailbox) => Directory.EnumerateFiles(host.MailFolder, "*.eml").Select(File.ReadAllText).Last(mail => mail.Contains(mailbox, StringComparison.Ordinal));

    private Task<Answer> PasswordAsync(string name, string password) => host.TokenAsync("web", ("grant_type", "password"), ("username", name), ("password", password));

    private static string Words(Stop page) => page.Document.QuerySelector("main")!.TextContent.Trim();

    private sealed class NarrowHost : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => ["--Accounts:Throttle:CodesPerAddressAndHour=2"];
    }

    private sealed class ShutHost : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => ["--Accounts:Registration=false"];
    }
}
