using Identity.OpenId.Authorize;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Passkeys;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Passkeys;

/// <summary>Signing in by passkey, with an authenticator that does what no real one would (WebAuthn §7.2).</summary>
public sealed class PasskeySignInTests(PasskeyHost host) : IClassFixture<PasskeyHost>
{
    private const string Refused = "This passkey was not accepted.";
    private const string Dead = "This page was open for too long, or its form was sent before.";

    [Fact]
    public async Task A_passkey_signs_in_and_the_client_hears_of_two_factors()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        var back = await PasskeyHost.SignInAsync(browser, authenticator, CodeFlowHost.Request("site"));
        var tokens = (await host.RedeemAsync("site", back.Parameter("code")!)).Json;
        var claims = Jwt.Payload(tokens.GetProperty("id_token").GetString()!);
        Assert.Equal(["pop", "user", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("urn:cloudmind:acr:mfa", claims.GetProperty("acr").GetString());
        Assert.Equal(account.Subject, claims.GetProperty("sub").GetString());
        var row = Assert.Single(await host.PasskeysAsync(account));
        Assert.Equal((2, host.Clock.GetUtcNow()), (row.SignCount, row.UsedAt));
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2120 && line.Text.Contains(account.Subject, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_essential_acr_of_two_factors_is_reached_by_passkey_and_not_by_password()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        var request = CodeFlowHost.Request("site", ("claims", """{"id_token":{"acr":{"essential":true,"value":"urn:cloudmind:acr:mfa"}}}"""));
        using var browser = await host.SignedInAsync(account);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        // A password is not enough, so the person is asked once more.
        var page = await browser.OpenAsync(request);
        Assert.Equal("Sign in", page.Heading);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await PasskeyHost.AnswerAsync(browser, page, authenticator.Get(PasskeyHost.OptionsOf(page)))).Parameter("code"));

        using var other = await host.SignedInAsync(account);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Interaction.UnmetAcr.Error, (await other.SignInAsync(await other.OpenAsync(request), account.UserName!)).Parameter("error"));
    }

    [Fact]
    public async Task Keep_me_signed_in_holds_for_a_passkey_too()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        var page = await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync(page, "Sign in with a passkey", ("credential", authenticator.Get(PasskeyHost.OptionsOf(page))), ("remember", "true"));
        Assert.True(await host.Store.ReadAsync(db => db.Sessions.AnyAsync(row => row.AccountId == account.Id && row.Remembered && row.Amr == "pop user mfa"), default));
    }

    public static TheoryData<string> Deceits => new(
        "a foreign origin", "http in the place of https", "a foreign relying party", "no verification of the person", "nobody present", "another key", "a frame of another site",
        "a registration", "somebody else's handle", "no handle", "a handle that no database takes", "a passkey that was never added", "an account that is locked");

    [Theory, MemberData(nameof(Deceits))]
    public async Task A_deceit_signs_nobody_in(string deceit)
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        var handle = authenticator.UserHandle;
        switch (deceit)
        {
            case "a foreign origin": authenticator.Origin = "http://localhost.evil.example"; break;
            case "http in the place of https": authenticator.Origin = authenticator.Origin.Replace("http:", "https:", StringComparison.Ordinal); break;
            case "a foreign relying party": authenticator.RelyingPartyId = "evil.example"; break;
            case "no verification of the person": authenticator.Verified = false; break;
            case "nobody present": authenticator.Present = false; break;
            case "another key": authenticator.ChangeKey(); break;
            case "a frame of another site": authenticator.CrossOrigin = true; break;
            case "a registration": authenticator.Type = "webauthn.create"; break;
            case "somebody else's handle": authenticator.UserHandle = (await host.PersonAsync()).Subject; break;
            case "no handle": authenticator.UserHandle = ""; break;
            case "a handle that no database takes": authenticator.UserHandle = "u_\0"; break;
            case "a passkey that was never added": authenticator.Id = [1, 2, 3, 4]; break;
            case "an account that is locked": await host.Services.GetRequiredService<Credentials>().LockAsync(account, default); break;
        }

        using var browser = host.Browser();
        var page = await PasskeyHost.SignInAsync(browser, authenticator);
        Assert.Equal((200, "Sign in"), (page.Answer.Status, page.Heading));
        Assert.Contains(Refused, page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);

        // It is the deceit that was refused, and not the passkey.
        if (deceit is not ("another key" or "an account that is locked" or "a passkey that was never added"))
        {
            (authenticator.Origin, authenticator.RelyingPartyId, authenticator.Verified, authenticator.Present, authenticator.CrossOrigin, authenticator.Type, authenticator.UserHandle) =
                (host.Home.GetLeftPart(UriPartial.Authority), "localhost", true, true, null, null, handle);
            Assert.Equal("Your account", (await PasskeyHost.SignInAsync(browser, authenticator)).Heading);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"id":"\ud800"}""")]
    [InlineData("""{"id":"AAAA"}""")]
    [InlineData("""{"id":"AAAA","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}""")]
    [InlineData("""{"id":"****","type":"public-key","clientExtensionResults":{},"response":{}}""")]
    public async Task Rubbish_is_refused_as_a_wrong_passkey_is(string rubbish)
    {
        using var browser = host.Browser();
        var page = await PasskeyHost.AnswerAsync(browser, await browser.OpenAsync("/sign-in"), rubbish);
        Assert.Equal(200, page.Answer.Status);
        Assert.Contains(Refused, page.Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_signs_in_once()
    {
        using var authenticator = host.Authenticator();
        await host.PersonWithAsync(authenticator);
        authenticator.Step = 0;
        using var browser = host.Browser();
        var page = await browser.OpenAsync("/sign-in");
        // The first comes to nothing, so that it is the challenge that is used up.
        authenticator.Verified = false;
        Assert.Contains(Refused, (await PasskeyHost.AnswerAsync(browser, page, authenticator.Get(PasskeyHost.OptionsOf(page)))).Answer.Body, StringComparison.Ordinal);
        (authenticator.Verified, authenticator.Count) = (true, 50);
        Assert.Contains(Dead, (await PasskeyHost.AnswerAsync(browser, page, authenticator.Get(PasskeyHost.OptionsOf(page)))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Your account", (await PasskeyHost.SignInAsync(browser, authenticator)).Heading);
    }

    [Fact]
    public async Task An_answer_to_the_challenge_of_another_browser_signs_nobody_in()
    {
        using var authenticator = host.Authenticator();
        await host.PersonWithAsync(authenticator);
        using var thief = host.Browser();
        using var victim = host.Browser();
        var asked = await thief.OpenAsync("/sign-in");
        var page = await victim.OpenAsync("/sign-in");
        // As if the thief had planted his own challenge: the form is the victim's.
        var answer = await victim.SubmitAsync(page, "Sign in with a passkey", ("challenge", asked.Field("challenge")!), ("credential", authenticator.Get(PasskeyHost.OptionsOf(asked))));
        Assert.Contains(Dead, answer.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await victim.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_challenge_for_one_purpose_is_none_for_another()
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var browser = await host.SignedInAsync(account);
        var adding = (await browser.OpenAsync("/account/passkeys")).Field("challenge")!;
        var page = await browser.OpenAsync("/sign-in");
        Assert.Contains(Dead, (await browser.SubmitAsync(page, "Sign in with a passkey", ("challenge", adding), ("credential", authenticator.Get(PasskeyHost.OptionsOf(page))))).Answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public async Task A_challenge_is_good_for_half_an_hour_to_the_second(int seconds, bool good)
    {
        using var authenticator = host.Authenticator();
        await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        var page = await browser.OpenAsync("/sign-in");
        host.Clock.Advance(PasskeyChallenges.Lifetime + TimeSpan.FromSeconds(seconds));
        var answer = await PasskeyHost.AnswerAsync(browser, page, authenticator.Get(PasskeyHost.OptionsOf(page)));
        Assert.Equal(good ? "Your account" : "Sign in", answer.Heading);
        Assert.Equal(!good, answer.Answer.Body.Contains(Dead, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(0)]
    public async Task A_counter_that_goes_back_is_refused_and_told(int count)
    {
        using var authenticator = host.Authenticator();
        var account = await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        authenticator.Count = 5;
        Assert.Equal("Your account", (await PasskeyHost.SignInAsync(browser, authenticator)).Heading);

        using var copy = host.Browser();
        authenticator.Count = (uint)count;
        Assert.Contains(Refused, (await PasskeyHost.SignInAsync(copy, authenticator)).Answer.Body, StringComparison.Ordinal);
        Assert.Contains(host.Log.Lines, line => line.Event.Id == 2124 && line.Level == LogLevel.Warning && line.Text.Contains(account.Subject, StringComparison.Ordinal));
        Assert.Equal(1, host.Mails(account, "A passkey was refused"));
        Assert.Equal(5, Assert.Single(await host.PasskeysAsync(account)).SignCount);
        authenticator.Count = 6;
        Assert.Equal("Your account", (await PasskeyHost.SignInAsync(copy, authenticator)).Heading);
    }

    [Fact]
    public async Task An_authenticator_that_does_not_count_signs_in_again_and_again()
    {
        using var authenticator = host.Authenticator();
        (authenticator.Count, authenticator.Step) = (0, 0);
        await host.PersonWithAsync(authenticator);
        for (var i = 0; i < 3; i++)
        {
            using var browser = host.Browser();
            Assert.Equal("Your account", (await PasskeyHost.SignInAsync(browser, authenticator)).Heading);
        }
    }

    [Fact]
    public async Task Of_fifty_racers_with_one_answer_one_signs_in()
    {
        using var authenticator = host.Authenticator();
        // No counter helps here: it is the challenge that is used once.
        (authenticator.Count, authenticator.Step) = (0, 0);
        var account = await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        var page = await browser.OpenAsync("/sign-in");
        var credential = authenticator.Get(PasskeyHost.OptionsOf(page));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => PasskeyHost.AnswerAsync(browser, page, credential))));
        Assert.Equal(1, await host.Store.ReadAsync(db => db.Sessions.CountAsync(row => row.AccountId == account.Id && row.Amr == "pop user mfa"), default));
    }

    [Fact]
    public async Task Five_failures_lock_a_passkey_for_a_minute()
    {
        using var authenticator = host.Authenticator();
        await host.PersonWithAsync(authenticator);
        using var browser = host.Browser();
        authenticator.Verified = false;
        for (var i = 0; i < 5; i++)
        {
            Assert.Contains(Refused, (await PasskeyHost.SignInAsync(browser, authenticator)).Answer.Body, StringComparison.Ordinal);
        }

        authenticator.Verified = true;
        Assert.Contains("There were too many failed attempts.", (await PasskeyHost.SignInAsync(browser, authenticator)).Answer.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Your account", (await PasskeyHost.SignInAsync(browser, authenticator)).Heading);
    }

    [Fact]
    public async Task By_a_bare_address_no_passkey_is_offered()
    {
        using var browser = new Browser(host);
        Assert.Null((await browser.OpenAsync("/sign-in")).Document.QuerySelector("[data-passkey]"));
    }

    [Theory]
    [InlineData("https://id.example", true)]
    [InlineData("https://id.example/tenant", true)]
    [InlineData("http://localhost:5000", true)]
    [InlineData("http://id.example", false)]
    [InlineData("https://192.0.2.1", false)]
    [InlineData("https://[2001:db8::1]", false)]
    [InlineData("http://127.0.0.1:5000", false)]
    public void Passkeys_need_https_or_the_machine_itself_and_a_name(string issuer, bool serves) =>
        Assert.Equal(serves, new RelyingParty(new IssuerSetting(issuer), new AccountsOptions()).Serves(new DefaultHttpContext().Request));

    [Theory]
    [InlineData("https://id.example.com", "", "id.example.com", true)]
    [InlineData("https://id.example.com", "example.com", "example.com", true)]
    [InlineData("https://身份.example", "", "xn--doq656m.example", true)]
    [InlineData("https://id.example.com", "com", "com", false)]
    [InlineData("https://id.example.com", "other.com", "other.com", false)]
    [InlineData("https://id.example.com", "d.example.com", "d.example.com", false)]
    public void The_relying_party_is_the_host_of_the_issuer_or_a_domain_above_it(string issuer, string setting, string id, bool good)
    {
        var party = new RelyingParty(new IssuerSetting(issuer), new AccountsOptions { Passkeys = { RelyingPartyId = setting } });
        Assert.Equal(good, !party.Mistakes().Any());
        Assert.Equal(id, party.Options().ServerDomain);
    }
}
