using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Pages;

/// <summary>Two-step verification in a browser: turned on, asked for, used once, reset.</summary>
public sealed class SecondStepTests(SecondStepTests.Host host) : IClassFixture<SecondStepTests.Host>
{
    [Fact]
    public async Task A_sign_in_asks_for_the_code_and_the_client_hears_of_both_steps()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "both" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("both", CodeFlowHost.Request("site"));
        Assert.Equal("Second step", (await browser.OpenAsync(page.Address.PathAndQuery)).Heading);
        var wrong = await browser.SubmitAsync(page, "Sign in", ("code", "000000"));
        Assert.Contains("The code is wrong or was used already.", wrong.Answer.Body, StringComparison.Ordinal);
        Assert.Null(wrong.Field("code") is { Length: > 0 } typed ? typed : null);
        var back = await browser.SubmitAsync(wrong, "Sign in", ("code", phone.Now(host)));
        var idToken = Jwt.Payload((await host.RedeemAsync("site", back.Parameter("code")!)).Json.GetProperty("id_token").GetString()!);
        Assert.Equal("""["pwd","otp","mfa"]""", idToken.GetProperty("amr").GetRawText());
        Assert.Equal("urn:cloudmind:acr:mfa", idToken.GetProperty("acr").GetString());
    }

    [Fact]
    public async Task Before_the_second_step_nothing_has_begun()
    {
        await host.AddTwoStepAccountAsync(new NewAccount { UserName = "halfway" });
        using var browser = new Browser(host);
        await browser.ToSecondStepAsync("halfway");
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
        Assert.Equal("Sign in", (await browser.OpenAsync("/account/security")).Heading);
        Assert.Equal("Sign in", (await browser.OpenAsync(CodeFlowHost.Request("site"))).Heading);
        using var another = new Browser(host);
        Assert.Equal("Sign in", (await another.OpenAsync("/sign-in/second")).Heading);
    }

    [Fact]
    public async Task A_first_step_waits_ten_minutes_to_the_second()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "dawdler" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("dawdler");
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal("Second step", (await browser.OpenAsync("/sign-in/second")).Heading);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Sign in", (await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)))).Heading);
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_first_step_is_void_once_the_credentials_change()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "changed" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("changed");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.EndSessionsAsync("changed");
        Assert.Equal("Sign in", (await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)))).Heading);
    }

    [Fact]
    public async Task The_code_that_turned_it_on_signs_nobody_in()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "replayed" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "replayed");
        var setup = await browser.OpenAsync("/account/security/app");
        // A second look shows the same key.
        Assert.Equal(setup.Document.QuerySelector("#key")!.TextContent, (await browser.OpenAsync("/account/security/app")).Document.QuerySelector("#key")!.TextContent);
        Assert.NotNull(setup.Document.QuerySelector("svg.qr[role=img][aria-label] path"));
        var phone = new AuthenticatorPhone(setup.Document.QuerySelector("#key")!.TextContent);
        var wrong = await browser.SubmitAsync(setup, "Turn on", ("code", "12345"));
        Assert.Contains("The code is wrong.", wrong.Answer.Body, StringComparison.Ordinal);
        Assert.False((await host.FindAccountAsync("replayed")).TwoFactorEnabled);
        var code = phone.Now(host);
        Assert.Equal(RecoveryCodes.Count, (await browser.SubmitAsync(wrong, "Turn on", ("code", code))).Document.QuerySelectorAll(".codes code").Length);
        using var another = new Browser(host);
        var page = await another.ToSecondStepAsync("replayed");
        Assert.Contains("was used already", (await another.SubmitAsync(page, "Sign in", ("code", code))).Answer.Body, StringComparison.Ordinal);
        // The form that turned it on, sent again, does nothing and shows no code.
        Assert.Equal("Two-step verification", (await browser.SubmitAsync(wrong, "Turn on", ("code", code))).Heading);
    }

    [Fact]
    public async Task One_code_signs_in_one_of_fifty_browsers()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "crowd" });
        var browsers = Enumerable.Range(0, 50).Select(_ => new Browser(host)).ToList();
        var account = await host.FindAccountAsync("crowd");
        var pending = new List<Identity.Server.Data.PendingSignInRow>();
        var steps = host.Services.GetRequiredService<SecondSteps>();
        foreach (var _ in browsers)
        {
            var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
            await steps.BeginAsync(http, account, ["pwd"], false, default);
        }

        pending.AddRange(await host.ReadAsync(db => db.PendingSignIns.AsNoTracking().Include(row => row.Account).Where(row => row.AccountId == account.Id && row.UsedAt == null).ToListAsync()));
        Assert.Equal(50, pending.Count);
        browsers.ForEach(browser => browser.Dispose());
        var code = phone.Now(host);
        var verdicts = await Task.WhenAll(pending.Select(row => Task.Run(() => host.CheckSecondStepAsync(row, code))));
        Assert.Single(verdicts, good => good);
    }

    [Fact]
    public async Task One_waiting_sign_in_begins_one_session_however_many_codes_come()
    {
        var (phone, codes) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "once" });
        var account = await host.FindAccountAsync("once");
        await host.Services.GetRequiredService<SecondSteps>().BeginAsync(new Microsoft.AspNetCore.Http.DefaultHttpContext(), account, ["pwd"], false, default);
        var row = await host.ReadAsync(db => db.PendingSignIns.AsNoTracking().Include(one => one.Account).SingleAsync(one => one.AccountId == account.Id && one.UsedAt == null));
        var verdicts = await Task.WhenAll(codes.Append(phone.Now(host)).Select(code => Task.Run(() => host.CheckSecondStepAsync(row, code))));
        Assert.Single(verdicts, good => good);
        // Whoever lost has spent nothing: at most one recovery code is gone.
        Assert.True(await host.ReadAsync(db => db.RecoveryCodes.CountAsync(code => code.AccountId == account.Id && code.UsedAt == null)) >= RecoveryCodes.Count - 1);
    }

    [Fact]
    public async Task A_recovery_code_is_good_once_and_told_by_mail()
    {
        var (_, codes) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "lost", Email = "lost@example.com", EmailVerified = true });
        Assert.Equal(RecoveryCodes.Count, codes.Distinct(StringComparer.Ordinal).Count());
        using var browser = new Browser(host);
        var page = await browser.OpenAsync((await browser.ToSecondStepAsync("lost")).Document.QuerySelector("a[href*='recovery=true']")!.GetAttribute("href")!);
        var home = await browser.SubmitAsync(page, "Sign in", ("code", codes[3].ToUpperInvariant().Replace('-', ' ')));
        Assert.Equal("Your account", home.Heading);
        Assert.Contains("You have 9 recovery codes left", (await browser.OpenAsync("/account/security")).Answer.Body, StringComparison.Ordinal);
        Assert.Contains(Directory.EnumerateFiles(host.MailFolder, "*.eml"), mail => File.ReadAllText(mail).Contains("A recovery code was used", StringComparison.Ordinal));
        using var another = new Browser(host);
        Assert.Contains("was used already", (await another.SubmitAsync(await another.ToSecondStepAsync("lost"), "Sign in", ("code", codes[3]))).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_second_step_and_the_right_one_waits_a_minute()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "guessed" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("guessed");
        for (var i = 0; i < 5; i++)
        {
            page = await browser.SubmitAsync(page, "Sign in", ("code", "00000" + i));
        }

        // A new first step buys no new guesses.
        page = await browser.ToSecondStepAsync("guessed");
        Assert.Contains("too many failed attempts", (await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)))).Answer.Body, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Your account", (await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)))).Heading);
    }

    [Fact]
    public async Task Going_back_to_the_page_or_sending_it_twice_leads_on()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "backward" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("backward");
        var code = phone.Now(host);
        Assert.Equal("Your account", (await browser.SubmitAsync(page, "Sign in", ("code", code))).Heading);
        Assert.Equal("Your account", (await browser.OpenAsync("/sign-in/second")).Heading);
        Assert.Equal("Your account", (await browser.SubmitAsync(page, "Sign in", ("code", code))).Heading);
        var again = await browser.SubmitAsync(await browser.ToSecondStepAsync("backward"), "Sign in", ("__RequestVerificationToken", "of yesterday"));
        Assert.Equal((400, "Second step"), (again.Answer.Status, again.Heading));
    }

    [Fact]
    public async Task A_page_that_changes_what_protects_the_account_asks_for_both_steps()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "proving" });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync("proving"), "Sign in", ("code", phone.Now(host)));
        Assert.Equal("Two-step verification", (await browser.OpenAsync("/account/security")).Heading);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var confirm = await browser.OpenAsync("/account/security");
        Assert.Equal("Confirm that it is you", confirm.Heading);
        var second = await browser.SubmitAsync(confirm, "Continue", ("password", "correct horse battery"));
        Assert.Equal("Second step", second.Heading);
        Assert.Equal("Confirm that it is you", (await browser.OpenAsync("/account/security")).Heading);
        Assert.Equal("Two-step verification", (await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host)))).Heading);
    }

    [Fact]
    public async Task New_codes_void_the_old_ones_and_turning_it_off_ends_everything_else()
    {
        var (phone, codes) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "leaving" });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync("leaving"), "Sign in", ("code", phone.Now(host)));
        var shown = await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Make new codes");
        var fresh = shown.Document.QuerySelectorAll(".codes code").Select(code => code.TextContent).ToList();
        Assert.Empty(fresh.Intersect(codes));
        using var another = new Browser(host);
        var page = await another.ToSecondStepAsync("leaving");
        Assert.Contains("was used already", (await another.SubmitAsync(page, "Sign in", ("code", codes[0]))).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Your account", (await another.SubmitAsync(page, "Sign in", ("code", fresh[0]))).Heading);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var off = await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Turn two-step verification off");
        Assert.Contains("Two-step verification is off.", off.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await another.OpenAsync("/")).Heading);
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
        Assert.Equal("Your account", (await another.SignInAsync(await another.OpenAsync("/sign-in"), "leaving")).Heading);
        var left = await host.FindAccountAsync("leaving");
        Assert.Equal(0, await host.ReadAsync(db => db.RecoveryCodes.CountAsync(row => row.AccountId == left.Id)) + await host.ReadAsync(db => db.TotpSecrets.CountAsync(row => row.AccountId == left.Id)));
    }

    [Fact]
    public async Task At_rest_there_is_neither_secret_nor_code_in_clear()
    {
        var (_, codes) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "sealed" });
        var id = (await host.FindAccountAsync("sealed")).Id;
        var macs = await host.ReadAsync(db => db.RecoveryCodes.Where(row => row.AccountId == id).Select(row => row.Mac).ToListAsync());
        Assert.DoesNotContain(codes, code => macs.Any(mac => mac.Contains(code.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)));
        // A sealed secret is of its account: moved to another it opens nothing.
        var other = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "thief" });
        var stolen = await host.ReadAsync(db => db.TotpSecrets.AsNoTracking().SingleAsync(row => row.AccountId == id));
        var thief = (await host.FindAccountAsync("thief")).Id;
        Assert.NotEqual(0, await host.WriteAsync(db => db.TotpSecrets.Where(row => row.AccountId == thief).ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, stolen.Sealed))));
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => host.ReadAsync(db => host.Services.GetRequiredService<AuthenticatorApps>().UseAsync(db, thief, other.Phone.Now(host), default)));
    }

    [Fact]
    public async Task An_operator_resets_it_and_everything_that_was_open_ends()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "reset" });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync("reset"), "Sign in", ("code", phone.Now(host)));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await host.Services.GetRequiredService<TwoStepVerification>().TurnOffAsync(await host.FindAccountAsync("reset"), "an operator", null, null, default));
        Assert.False(await host.Services.GetRequiredService<TwoStepVerification>().TurnOffAsync(await host.FindAccountAsync("reset"), "an operator", null, null, default));
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "reset")).Heading);
    }

    public sealed class Host : CodeFlowHost;
}

internal static class SecondStepCalls
{
    public static async Task<bool> CheckSecondStepAsync(this IdentityHost host, Identity.Server.Data.PendingSignInRow row, string code) =>
        (await host.Services.GetRequiredService<SecondSteps>().CheckAsync(row, code, Support.StoreHost.Caller, default)).Succeeded(out _, out _);
}
