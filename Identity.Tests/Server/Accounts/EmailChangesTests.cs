using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

/// <summary>Another e-mail address: proved by a code before it counts, told to both mailboxes, and silent about whose an address is.</summary>
public sealed class EmailChangesTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task Both_addresses_are_told_and_the_new_one_signs_in_in_place_of_the_old()
    {
        using var browser = await SignedInAsync("mover", "old@example.com");
        var page = await AskAsync(browser, "New@Example.com");
        Assert.Contains("new@example.com", page.Document.QuerySelector("[role=status]")!.TextContent, StringComparison.OrdinalIgnoreCase);
        // Not before it is proved.
        Assert.Equal("old@example.com", (await host.FindAccountAsync("mover")).Email);
        Assert.Equal(400, (await host.SignInAsync("web", "new@example.com")).Status);
        var done = await browser.SubmitAsync(page, "Confirm the address", ("code", $" {host.CodeFor("new@example.com")} "));
        Assert.Contains("Your e-mail address was changed.", done.Answer.Body, StringComparison.Ordinal);
        Assert.Equal((200, 400), ((await host.SignInAsync("web", "new@example.com")).Status, (await host.SignInAsync("web", "old@example.com")).Status));
        Assert.True((await host.FindAccountAsync("mover")).EmailConfirmed);
        foreach (var mailbox in new[] { "old@example.com", "new@example.com" })
        {
            Assert.Contains("The e-mail address of your account is now new@example.com.", Assert.Single(host.MailsTo(mailbox), mail => mail.Contains("Subject: Your e-mail address was changed", StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        // The old name is free.
        await host.AddAccountAsync(new NewAccount { Email = "old@example.com", EmailVerified = true });
    }

    [Fact]
    public async Task A_wrong_code_and_one_of_ten_minutes_ago_change_nothing_and_another_is_sent_after_a_minute()
    {
        using var browser = await SignedInAsync("stumbler", "stumbler@example.com");
        var page = await AskAsync(browser, "stumbler2@example.com");
        var code = host.CodeFor("stumbler2@example.com");
        var wrong = await browser.SubmitAsync(page, "Confirm the address", ("code", code == "123456" ? "123457" : "123456"));
        Assert.Contains("The code is wrong or its time is over.", wrong.Answer.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await RefreshAsync(browser, "stumbler");
        Assert.Contains("The code is wrong or its time is over.", (await browser.SubmitAsync(page, "Confirm the address", ("code", code))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("stumbler@example.com", (await host.FindAccountAsync("stumbler")).Email);
        page = await browser.SubmitAsync(page, "Send another code");
        Assert.Equal(2, host.MailsTo("stumbler2@example.com").Count);
        // Within a minute no third one goes out.
        page = await browser.SubmitAsync(page, "Send another code");
        Assert.Equal(2, host.MailsTo("stumbler2@example.com").Count);
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        var done = await browser.SubmitAsync(page, "Confirm the address", ("code", host.CodeFor("stumbler2@example.com")));
        Assert.Contains("Your e-mail address was changed.", done.Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_codes_void_the_right_one()
    {
        using var browser = await SignedInAsync("guesser", "guesser@example.com");
        var page = await AskAsync(browser, "guesser2@example.com");
        var code = host.CodeFor("guesser2@example.com");
        for (var i = 0; i < 5; i++)
        {
            await browser.SubmitAsync(page, "Confirm the address", ("code", (int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) ^ (i + 1)).ToString("D6", System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.Contains("The code is wrong", (await browser.SubmitAsync(page, "Confirm the address", ("code", code))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("guesser@example.com", (await host.FindAccountAsync("guesser")).Email);
    }

    [Fact]
    public async Task An_address_that_is_taken_gets_the_same_answer_and_its_owner_a_mail()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "owner-of-it", Email = "taken@example.com", EmailVerified = true });
        using var one = await SignedInAsync("wisher-one", "wisher-one@example.com");
        using var two = await SignedInAsync("wisher-two", "wisher-two@example.com");
        var (taken, free) = (await AskAsync(one, "taken@example.com"), await AskAsync(two, "freed@example.com"));
        Assert.Equal(Said(free, "freed@example.com"), Said(taken, "taken@example.com"));
        Assert.Contains("Subject: Your e-mail address is in use already", Assert.Single(host.MailsTo("taken@example.com")), StringComparison.Ordinal);
        var (first, second) = (await one.SubmitAsync(taken, "Confirm the address", ("code", "123456")), await two.SubmitAsync(free, "Confirm the address", ("code", "123456")));
        Assert.Equal(Said(second, "freed@example.com"), Said(first, "taken@example.com"));
        Assert.Equal(1, await host.ReadAsync(db => db.SignInNames.CountAsync(row => row.Name == "taken@example.com")));
    }

    [Fact]
    public async Task Of_two_accounts_that_prove_one_address_one_has_it()
    {
        using var one = await SignedInAsync("racer-one", "racer-one@example.com");
        using var two = await SignedInAsync("racer-two", "racer-two@example.com");
        var first = await AskAsync(one, "prize@example.com");
        var code = host.CodeFor("prize@example.com");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await AskAsync(two, "prize@example.com");
        var other = host.MailsTo("prize@example.com").Select(mail => System.Text.RegularExpressions.Regex.Match(mail, @"Your code is (\d{6})").Groups[1].Value).Single(one => one != code);
        var answers = await Task.WhenAll(one.SubmitAsync(first, "Confirm the address", ("code", code)), two.SubmitAsync(second, "Confirm the address", ("code", other)));
        Assert.Single(answers, answer => answer.Answer.Body.Contains("Your e-mail address was changed.", StringComparison.Ordinal));
        Assert.Equal(1, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Email == "prize@example.com")));
    }

    [Fact]
    public async Task A_wish_can_be_given_up_and_ends_by_itself_after_half_an_hour()
    {
        using var browser = await SignedInAsync("waverer", "waverer@example.com");
        var page = await AskAsync(browser, "waverer2@example.com");
        var code = host.CodeFor("waverer2@example.com");
        Assert.Null((await browser.SubmitAsync(page, "Leave the address as it is")).Document.QuerySelector("input[name=code]"));
        Assert.Contains("The code is wrong", (await browser.SubmitAsync(page, "Confirm the address", ("code", code))).Answer.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(browser, "waverer3@example.com");
        host.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        await RefreshAsync(browser, "waverer");
        Assert.NotNull((await browser.OpenAsync("/account/email")).Document.QuerySelector("input[name=code]"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await browser.OpenAsync("/account/email")).Document.QuerySelector("input[name=code]"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no address")]
    [InlineData("two@@example.com")]
    [InlineData("OWNER-OF-NONE@example.com", "This is your e-mail address already.")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    public async Task What_is_no_other_address_is_told_beside_the_field_and_kept(string typed, string sentence = "Please enter an e-mail address, such as name@example.com.")
    {
        if (await host.ReadAsync(db => db.SignInNames.AllAsync(row => row.Name != "owner-of-none")))
        {
            await host.AddAccountAsync(new NewAccount { UserName = "owner-of-none", Email = "owner-of-none@example.com", EmailVerified = true });
        }

        using var browser = new Browser(host, languages: "en");
        await RefreshAsync(browser, "owner-of-none");
        var page = await AskAsync(browser, typed);
        Assert.Contains(sentence, page.Document.QuerySelector("#email-error, .error, [role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(typed.Replace("\r\n", "", StringComparison.Ordinal), page.Field("email")?.ReplaceLineEndings(""));
    }

    private async Task<Browser> SignedInAsync(string name, string email)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name, Email = email, EmailVerified = true });
        var browser = new Browser(host, languages: "en");
        await RefreshAsync(browser, name);
        return browser;
    }

    private static async Task RefreshAsync(Browser browser, string name) => Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name)).Heading);

    private static async Task<Stop> AskAsync(Browser browser, string email) => await browser.SubmitAsync(await browser.OpenAsync("/account/email"), "Send the code", ("email", email));

    // The page but for what differs between any two people.
    private static string Said(Stop page, string email)
    {
        var main = page.Document.QuerySelector("main")!;
        foreach (var input in main.QuerySelectorAll("input[type=hidden]"))
        {
            input.Remove();
        }

        return $"{page.Answer.Status} {page.Address.PathAndQuery} {System.Text.RegularExpressions.Regex.Replace(main.InnerHtml, @"wisher-(one|two)", "wisher").Replace(email, "the address", StringComparison.Ordinal)}";
    }
}
