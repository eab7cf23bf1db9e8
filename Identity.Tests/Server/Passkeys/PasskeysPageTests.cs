using System.Buffers.Text;
using System.Text;
using AngleSharp.Html.Dom;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Passkeys;

/// <summary>The passkeys of an account: adding (WebAuthn §7.1), naming, removing, and who may.</summary>
public sealed class PasskeysPageTests(PasskeyHost host) : IClassFixture<PasskeyHost>
{
    private const string Page = "/account/passkeys";

    [Fact]
    public async Task A_passkey_is_added_told_and_shown()
    {
        using var authenticator = host.Authenticator();
        authenticator.BackupEligible = true;
        var account = await host.PersonWithAsync(authenticator, "My telephone");
        var row = Assert.Single(await host.PasskeysAsync(account));
        Assert.Equal((authenticator.CredentialId, "My telephone", "internal hybrid", true, 1L), (row.CredentialId, row.Name, row.Transports, row.BackupEligible, row.SignCount));
        Assert.Equal(1, host.Mails(account, "A passkey was added"));
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2122 && line.Text.Contains(account.Subject, StringComparison.Ordinal));
        using var browser = await host.SignedInAsync(account);
        var page = await browser.OpenAsync(Page);
        Assert.Equal("My telephone", page.Document.QuerySelector(".rows strong")!.TextContent);
        // A browser does not offer to make what it has.
        Assert.Contains(authenticator.CredentialId, PasskeyHost.OptionsOf(page), StringComparison.Ordinal);
        Assert.Contains("\"userVerification\":\"required\"", PasskeyHost.OptionsOf(page), StringComparison.Ordinal);
        Assert.Contains("\"residentKey\":\"required\"", PasskeyHost.OptionsOf(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("relying party")]
    [InlineData("verification")]
    [InlineData("type")]
    [InlineData("rubbish")]
    public async Task What_is_not_an_answer_to_what_was_asked_is_not_added(string what)
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonAsync();
        using var browser = await host.SignedInAsync(account);
        switch (what)
        {
            case "origin": authenticator.Origin = "https://evil.example"; break;
            case "relying party": authenticator.RelyingPartyId = "evil.example"; break;
            case "verification": authenticator.Verified = false; break;
            case "type": authenticator.Type = "webauthn.get"; break;
        }

        var page = await browser.OpenAsync(Page);
        var answer = await browser.SubmitAsync(page, "Add a passkey", ("name", "A key"), ("credential", what is "rubbish" ? """{"id":"AAAA","response":{}}""" : authenticator.Create(PasskeyHost.OptionsOf(page))));
        Assert.Equal(200, answer.Answer.Status);
        Assert.Contains("The passkey was not accepted.", answer.Answer.Body, StringComparison.Ordinal);
        Assert.Empty(await host.PasskeysAsync(account));
    }

    [Fact]
    public async Task A_passkey_of_one_account_does_not_become_another_s()
    {
        using var authenticator = host.Authenticator();
        var owner = await host.PersonWithAsync(authenticator);
        var other = await host.PersonAsync();
        using var browser = await host.SignedInAsync(other);
        Assert.Contains("The passkey was not accepted.", (await PasskeyHost.AddAsync(browser, authenticator)).Answer.Body, StringComparison.Ordinal);
        Assert.Empty(await host.PasskeysAsync(other));
        Assert.Single(await host.PasskeysAsync(owner));
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_or_after_half_an_hour_or_by_another_person_adds_nothing()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonAsync();
        using var browser = await host.SignedInAsync(account);
        var page = await browser.OpenAsync(Page);
        var credential = authenticator.Create(PasskeyHost.OptionsOf(page));
        Assert.Contains("The passkey was added.", (await browser.SubmitAsync(page, "Add a passkey", ("name", "A key"), ("credential", credential))).Answer.Body, StringComparison.Ordinal);
        Assert.Contains("its form was sent before", (await browser.SubmitAsync(page, "Add a passkey", ("name", "A key"), ("credential", credential))).Answer.Body, StringComparison.Ordinal);

        // The same browser, and somebody else in it.
        using var second = host.Authenticator();
        var before = await browser.OpenAsync(Page);
        var other = await host.PersonAsync();
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), other.UserName!);
        var theirs = await browser.OpenAsync(Page);
        Assert.Contains("its form was sent before", (await browser.SubmitAsync(theirs, "Add a passkey", ("name", "A key"), ("challenge", before.Field("challenge")!), ("credential", second.Create(PasskeyHost.OptionsOf(before))))).Answer.Body, StringComparison.Ordinal);
        Assert.Empty(await host.PasskeysAsync(other));
        Assert.Single(await host.PasskeysAsync(account));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("a\tb")]
    public async Task A_name_is_something_that_can_be_read(string name)
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonAsync();
        using var browser = await host.SignedInAsync(account);
        Assert.Contains("Please give it a name", (await PasskeyHost.AddAsync(browser, authenticator, name)).Answer.Body, StringComparison.Ordinal);
        Assert.Empty(await host.PasskeysAsync(account));
    }

    [Fact]
    public async Task An_account_has_at_most_twenty()
    {
        var account = await host.PersonAsync();
        await host.Store.WriteAsync(db =>
        {
            db.Passkeys.AddRange(Enumerable.Range(0, 19).Select(n => new PasskeyRow { CredentialId = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{account.UserName}-{n}")), AccountId = account.Id, Name = "n", PublicKey = [], Transports = "" }));
            return db.SaveChangesAsync();
        }, default);
        using var browser = await host.SignedInAsync(account);
        using var last = host.Authenticator();
        using var tooMuch = host.Authenticator();
        var open = await browser.OpenAsync(Page);
        Assert.Contains("The passkey was added.", (await PasskeyHost.AddAsync(browser, last)).Answer.Body, StringComparison.Ordinal);
        Assert.Contains("The passkey was not accepted.", (await browser.SubmitAsync(open, "Add a passkey", ("name", "A key"), ("credential", tooMuch.Create(PasskeyHost.OptionsOf(open))))).Answer.Body, StringComparison.Ordinal);
        Assert.Contains("as many as an account can have", (await browser.OpenAsync(Page)).Answer.Body, StringComparison.Ordinal);
        Assert.Equal(20, (await host.PasskeysAsync(account)).Count);
    }

    [Fact]
    public async Task A_passkey_is_renamed_and_removed_by_its_person_alone()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var theirs = host.Authenticator();
        var stranger = await host.PersonWithAsync(theirs);
        using var browser = await host.SignedInAsync(stranger);
        var page = await browser.OpenAsync(Page);
        await browser.SubmitAsync(page, "Save the name", ("id", authenticator.CredentialId), ("to", "stolen"));
        await browser.SubmitAsync(page, "Remove", ("id", authenticator.CredentialId));
        Assert.Equal("A key", Assert.Single(await host.PasskeysAsync(account)).Name);

        using var own = await host.SignedInAsync(account);
        using var elsewhere = host.Browser();
        await PasskeyHost.SignInAsync(elsewhere, authenticator);
        Assert.Contains("The name was saved.", (await own.SubmitAsync(await own.OpenAsync(Page), "Save the name", ("to", "The blue key"))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("The blue key", Assert.Single(await host.PasskeysAsync(account)).Name);
        Assert.Contains("The passkey was removed", (await own.SubmitAsync(await own.OpenAsync(Page), "Remove")).Answer.Body, StringComparison.Ordinal);
        Assert.Empty(await host.PasskeysAsync(account));
        Assert.Equal(1, host.Mails(account, "A passkey was removed"));
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2123 && line.Text.Contains(account.Subject, StringComparison.Ordinal));
        // What it signed in has ended, this browser stays, and it signs in no more.
        Assert.Equal("Sign in", (await elsewhere.OpenAsync("/")).Heading);
        Assert.Equal("Your account", (await own.OpenAsync("/")).Heading);
        Assert.Contains("This passkey was not accepted.", (await PasskeyHost.SignInAsync(elsewhere, authenticator)).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_way_to_sign_in_cannot_be_removed()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var browser = await host.SignedInAsync(account);
        await host.Store.WriteAsync(db => db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, (string?)null)), default);
        Assert.Contains("This is the last way to sign in to your account.", (await browser.SubmitAsync(await browser.OpenAsync(Page), "Remove")).Answer.Body, StringComparison.Ordinal);
        Assert.Single(await host.PasskeysAsync(account));
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task Who_did_not_prove_themselves_lately_does_so_by_passkey_and_nobody_else_by_theirs()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var stranger = host.Authenticator();
        await host.PersonWithAsync(stranger);
        using var browser = await host.SignedInAsync(account);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var confirm = await browser.OpenAsync(Page);
        Assert.Equal("Confirm that it is you", confirm.Heading);
        Assert.Contains(authenticator.CredentialId, PasskeyHost.OptionsOf(confirm), StringComparison.Ordinal);

        Assert.Contains("This passkey was not accepted.", (await browser.SubmitAsync(confirm, "Use a passkey", ("credential", stranger.Get(PasskeyHost.OptionsOf(confirm))))).Answer.Body, StringComparison.Ordinal);
        confirm = await browser.OpenAsync(Page);
        // Nor by a challenge that names nobody, of the sign-in page.
        var signIn = await browser.OpenAsync("/sign-in");
        Assert.Contains("This passkey was not accepted.", (await browser.SubmitAsync(confirm, "Use a passkey", ("challenge", signIn.Document.Forms.OfType<IHtmlFormElement>().Last().Elements.OfType<IHtmlInputElement>().Single(field => field.Name == "challenge").Value), ("credential", stranger.Get(PasskeyHost.OptionsOf(signIn))))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Confirm that it is you", (await browser.OpenAsync(Page)).Heading);

        confirm = await browser.OpenAsync(Page);
        var there = await browser.SubmitAsync(confirm, "Use a passkey", ("credential", authenticator.Get(PasskeyHost.OptionsOf(confirm))));
        Assert.Equal("Passkeys", there.Heading);
        Assert.True(await host.Store.ReadAsync(db => db.Sessions.AnyAsync(row => row.AccountId == account.Id && row.EndedAt == null && row.Amr == "pop user mfa" && row.AuthTime == host.Clock.GetUtcNow()), default));
    }

    [Fact]
    public async Task A_passkey_is_in_the_person_s_data_and_goes_with_the_account()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator, "My telephone");
        var exported = (await host.Services.GetRequiredService<AccountExport>().ReadAsync(account, default))["passkeys"]![0]!;
        Assert.Equal(("My telephone", authenticator.CredentialId), (exported["name"]!.GetValue<string>(), exported["credential_id"]!.GetValue<string>()));
        Assert.Null(exported["public_key"]);

        Assert.True(await host.Services.GetRequiredService<AccountRemoval>().RemoveAsync(account, "a test", null, default));
        Assert.Empty(await host.PasskeysAsync(account));
        using var browser = host.Browser();
        Assert.Contains("This passkey was not accepted.", (await PasskeyHost.SignInAsync(browser, authenticator)).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_a_bare_address_the_page_says_why_there_are_none()
    {
        var account = await host.PersonAsync();
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), account.UserName!);
        var page = await browser.OpenAsync(Page);
        Assert.Contains("only on pages that came over https", page.Answer.Body, StringComparison.Ordinal);
        Assert.Null(page.Document.QuerySelector("[data-passkey]"));
    }
}
