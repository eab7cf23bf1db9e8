using AngleSharp.Html.Dom;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Passkeys;

/// <summary>A server that its browsers call localhost: by a bare address there are no passkeys.</summary>
public sealed class PasskeyHost : CodeFlowHost
{
    private int people;

    public Uri Home => new($"http://localhost:{Address.Port}");

    internal Browser Browser() => new(Home);

    internal SoftAuthenticator Authenticator() => new(Home.GetLeftPart(UriPartial.Authority));

    internal async Task<Account> PersonAsync()
    {
        var name = $"person{Interlocked.Increment(ref people)}";
        return await AddAccountAsync(new NewAccount { UserName = name, Email = $"{name}@example.com", EmailVerified = true });
    }

    /// <summary>A person who signed in by password a moment ago.</summary>
    internal async Task<Browser> SignedInAsync(Account account)
    {
        var browser = Browser();
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), account.UserName!)).Heading);
        return browser;
    }

    /// <summary>An account with a passkey, which is in the authenticator.</summary>
    internal async Task<Account> PersonWithAsync(SoftAuthenticator authenticator, string name = "A key")
    {
        var account = await PersonAsync();
        using var browser = await SignedInAsync(account);
        Assert.Contains("The passkey was added.", (await AddAsync(browser, authenticator, name)).Answer.Body, StringComparison.Ordinal);
        return account;
    }

    internal static async Task<Stop> AddAsync(Browser browser, SoftAuthenticator authenticator, string name = "A key")
    {
        var page = await browser.OpenAsync("/account/passkeys");
        return await browser.SubmitAsync(page, "Add a passkey", ("name", name), ("credential", authenticator.Create(OptionsOf(page))));
    }

    internal static async Task<Stop> SignInAsync(Browser browser, SoftAuthenticator authenticator, string address = "/sign-in")
    {
        var page = await browser.OpenAsync(address);
        return await AnswerAsync(browser, page, authenticator.Get(OptionsOf(page)));
    }

    internal static Task<Stop> AnswerAsync(Browser browser, Stop page, string credential) => browser.SubmitAsync(page, "Sign in with a passkey", ("credential", credential));

    internal static string OptionsOf(Stop page) => page.Document.QuerySelectorAll("form[data-passkey]").OfType<IHtmlFormElement>().Single().Dataset["options"]!;

    internal Task<List<PasskeyRow>> PasskeysAsync(Account account) => Store.ReadAsync(db => db.Passkeys.AsNoTracking().Where(row => row.AccountId == account.Id).ToListAsync(), default);

    /// <summary>How often the account was told so.</summary>
    internal int Mails(Account account, string subject) => !Directory.Exists(MailFolder) ? 0
        : Directory.EnumerateFiles(MailFolder, "*.eml").Select(File.ReadAllLines).Count(mail => mail.Contains($"X-Receiver: {account.Email}", StringComparer.Ordinal) && mail.Contains($"Subject: {subject}", StringComparer.Ordinal));
}
