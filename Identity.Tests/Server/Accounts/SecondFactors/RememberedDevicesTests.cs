using System.Net;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Jobs;
using Identity.Server.Sessions;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts.SecondFactors;

/// <summary>A device that is remembered needs the password alone, for its account, for its days, and until anything changes.</summary>
public sealed class RememberedDevicesTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Cookie = "identity-device";

    [Fact]
    public async Task It_is_off_until_the_person_asks_for_it()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "careful" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("careful");
        Assert.Equal("Do not ask for a code on this device for 30 days", page.Document.QuerySelector("label:has(input[name=rememberDevice])")!.TextContent.Trim());
        Assert.False(page.Document.QuerySelector("input[name=rememberDevice]")!.HasAttribute("checked"));
        Assert.Equal("Your account", (await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)))).Heading);
        Assert.Null(HandleOf(browser));
        await browser.ToSecondStepAsync("careful");
        // A wrong code loses no wish, and makes no cookie.
        page = await browser.SubmitAsync(await browser.ToSecondStepAsync("careful"), "Sign in", ("code", "000000"), ("rememberDevice", "true"));
        Assert.True(page.Document.QuerySelector("input[name=rememberDevice]")!.HasAttribute("checked"));
        Assert.Null(HandleOf(browser));
    }

    [Fact]
    public async Task The_password_is_enough_there_for_thirty_days_to_the_second_and_the_client_hears_of_one_step()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "homely" });
        using var browser = new Browser(host);
        var begun = host.Clock.GetUtcNow();
        await RememberAsync(browser, "homely", phone);
        var cookie = browser.Cookies.GetAllCookies().Single(one => one.Name == Cookie);
        Assert.True(cookie.HttpOnly);
        Assert.Equal(begun.AddDays(30).UtcDateTime, cookie.Expires.ToUniversalTime(), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(await host.ReadAsync(db => db.RememberedDevices.Select(row => row.HandleHash).ToListAsync()), hash => hash == cookie.Value);

        host.Clock.Advance(begun.AddDays(30) - TimeSpan.FromSeconds(1) - host.Clock.GetUtcNow());
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site")), "homely");
        var claims = Jwt.Payload((await host.RedeemAsync("site", back.Parameter("code")!)).Text("id_token"));
        Assert.Equal(("""["pwd"]""", "urn:cloudmind:acr:password"), (claims.GetProperty("amr").GetRawText(), claims.GetProperty("acr").GetString()));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await browser.ToSecondStepAsync("homely");
    }

    [Fact]
    public async Task What_protects_the_account_still_asks_for_both_steps()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "guarded" });
        using var browser = new Browser(host);
        await RememberAsync(browser, "guarded", phone);
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "guarded")).Heading);
        var confirm = await browser.OpenAsync("/account/security");
        Assert.Equal("Confirm that it is you", confirm.Heading);
        var second = await browser.SubmitAsync(confirm, "Continue", ("password", "correct horse battery"));
        Assert.Equal("Second step", second.Heading);
        // The device is known already, and a proof is no sign-in.
        Assert.Null(second.Document.QuerySelector("input[name=rememberDevice]"));
        Assert.Equal("Two-step verification", (await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host)))).Heading);
    }

    [Fact]
    public async Task The_handle_of_one_account_is_worth_nothing_for_another_nor_is_one_that_was_touched()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "owner" });
        await host.AddTwoStepAccountAsync(new NewAccount { UserName = "target" });
        using var browser = new Browser(host);
        await RememberAsync(browser, "owner", phone);
        var handle = HandleOf(browser)!;
        await browser.ToSecondStepAsync("target");

        using var thief = new Browser(host);
        foreach (var value in new[] { handle[..^1] + (handle[^1] == 'A' ? 'B' : 'A'), handle[1..], new string('A', handle.Length), "'" })
        {
            thief.Cookies.Add(host.Address, new Cookie(Cookie, value, "/"));
            await thief.ToSecondStepAsync("owner");
        }

        // Nor is it without the password.
        thief.Cookies.Add(host.Address, new Cookie(Cookie, handle, "/"));
        Assert.Equal("Sign in", (await thief.SignInAsync(await thief.OpenAsync("/sign-in"), "owner", "a guess")).Heading);
    }

    [Fact]
    public async Task One_browser_is_remembered_by_several_accounts_under_the_newest_handle_alone()
    {
        var (his, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "husband" });
        var (hers, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "wife" });
        using var browser = new Browser(host);
        await RememberAsync(browser, "husband", his);
        var first = HandleOf(browser)!;
        await RememberAsync(browser, "wife", hers);
        foreach (var name in new[] { "husband", "wife" })
        {
            Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name)).Heading);
        }

        using var copy = new Browser(host);
        copy.Cookies.Add(host.Address, new Cookie(Cookie, first, "/"));
        await copy.ToSecondStepAsync("husband");
    }

    public static TheoryData<string> Ends => ["password", "end everything", "off", "lock", "forget", "elsewhere"];

    [Theory, MemberData(nameof(Ends))]
    public async Task Every_device_is_forgotten_when(string what)
    {
        var name = $"ended-{what.Replace(' ', '-')}";
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = name });
        using var remembered = new Browser(host);
        await RememberAsync(remembered, name, phone);
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)));
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        var account = await host.FindAccountAsync(name);
        var password = "correct horse battery";
        switch (what)
        {
            case "password":
                password = "another horse battery";
                Assert.Equal("Your account", (await browser.SubmitAsync(await browser.OpenAsync("/account/password"), null, ("password", password))).Heading);
                break;
            case "end everything":
                await host.Services.GetRequiredService<Credentials>().EndEverythingAsync(account, default);
                break;
            case "off":
                await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Turn two-step verification off");
                await host.TurnOnAsync(browser);
                break;
            case "lock":
                await host.Services.GetRequiredService<Credentials>().LockAsync(account, default);
                await host.Services.GetRequiredService<Credentials>().UnlockAsync(account, default);
                break;
            case "forget":
                var page = await browser.OpenAsync("/account/security");
                Assert.Contains("On 1 device your password is enough for now.", page.Answer.Body, StringComparison.Ordinal);
                page = await browser.SubmitAsync(page, "Ask for the second step everywhere");
                Assert.Contains("No device is remembered any more", page.Answer.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("Remembered devices", page.Answer.Body, StringComparison.Ordinal);
                break;
            default:
                await browser.SubmitAsync(await browser.OpenAsync("/account/sessions"), "End everything else");
                break;
        }

        Assert.Equal(0, await host.ReadAsync(db => db.RememberedDevices.CountAsync(row => row.AccountId == account.Id)));
        Assert.Equal("Second step", (await remembered.SignInAsync(await remembered.OpenAsync("/sign-in"), name, password)).Heading);
    }

    [Fact]
    public async Task A_change_between_the_steps_leaves_no_device_whoever_commits_first()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "racing" });
        var account = await host.FindAccountAsync("racing");
        var (steps, devices) = (host.Services.GetRequiredService<SecondSteps>(), host.Services.GetRequiredService<RememberedDevices>());
        var http = new DefaultHttpContext();
        await steps.BeginAsync(http, account, ["pwd"], false, default);
        var row = await host.ReadAsync(db => db.PendingSignIns.AsNoTracking().Include(one => one.Account).SingleAsync(one => one.AccountId == account.Id && one.UsedAt == null));
        var device = devices.Draw(http, row);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        // The row was read before the change and the code is compared after it.
        await host.Services.GetRequiredService<Credentials>().EndEverythingAsync(account, default);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await steps.CheckAsync(row, phone.Now(host), Support.StoreHost.Caller, default, device)).Succeeded(out _, out _));
        using var browser = new Browser(host);
        browser.Cookies.Add(host.Address, new Cookie(Cookie, device.Handle, "/"));
        await browser.ToSecondStepAsync("racing");
    }

    [Fact]
    public async Task Fifty_presses_remember_one_device()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "impatient" });
        var account = await host.FindAccountAsync("impatient");
        var (steps, devices) = (host.Services.GetRequiredService<SecondSteps>(), host.Services.GetRequiredService<RememberedDevices>());
        await steps.BeginAsync(new DefaultHttpContext(), account, ["pwd"], false, default);
        var row = await host.ReadAsync(db => db.PendingSignIns.AsNoTracking().Include(one => one.Account).SingleAsync(one => one.AccountId == account.Id && one.UsedAt == null));
        var code = phone.Now(host);
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
            (await steps.CheckAsync(row, code, Support.StoreHost.Caller, default, devices.Draw(new DefaultHttpContext(), row))).Succeeded(out var methods, out var refusal) && methods.Count > 0 && refusal is null)));
        Assert.Single(verdicts, good => good);
        Assert.Equal(1, await host.ReadAsync(db => db.RememberedDevices.CountAsync(one => one.AccountId == account.Id)));
    }

    [Fact]
    public async Task Others_guesses_do_not_lock_the_person_out_of_a_device_that_is_remembered_and_its_own_do()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "besieged" });
        using var browser = new Browser(host);
        await RememberAsync(browser, "besieged", phone);
        using var besieger = new Browser(host);
        var page = await besieger.OpenAsync("/sign-in");
        for (var i = 0; i < 6; i++)
        {
            await besieger.SignInAsync(page, "besieged", $"guess {i}");
        }

        Assert.Contains("too many failed attempts", (await besieger.SignInAsync(page, "besieged")).Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "besieged")).Heading);
        page = await browser.OpenAsync("/sign-in");
        for (var i = 0; i < 5; i++)
        {
            await browser.SignInAsync(page, "besieged", $"guess {i}");
        }

        Assert.Contains("too many failed attempts", (await browser.SignInAsync(page, "besieged")).Answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_goes_a_day_after_its_time()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "pruned" });
        using var browser = new Browser(host);
        await RememberAsync(browser, "pruned", phone);
        var id = (await host.FindAccountAsync("pruned")).Id;
        // Thirty days, the half minute that the code took, and a day.
        host.Clock.Advance(TimeSpan.FromDays(31) - TimeSpan.FromMinutes(1));
        await host.Services.GetRequiredService<Pruning>().PruneAsync(default);
        Assert.Equal(1, await host.ReadAsync(db => db.RememberedDevices.CountAsync(row => row.AccountId == id)));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.Services.GetRequiredService<Pruning>().PruneAsync(default);
        Assert.Equal(0, await host.ReadAsync(db => db.RememberedDevices.CountAsync(row => row.AccountId == id)));
    }

    [Fact]
    public void Over_https_the_cookie_is_of_this_host_alone()
    {
        var http = new DefaultHttpContext { Request = { Scheme = "https" } };
        SessionCookies.SetDevice(http, "handle", host.Clock.GetUtcNow());
        Assert.StartsWith("__Host-identity-device=handle; expires=", http.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("; path=/; secure; samesite=lax; httponly", http.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    private static string? HandleOf(Browser browser) => browser.Cookies.GetAllCookies().SingleOrDefault(one => one.Name == Cookie)?.Value;

    private async Task RememberAsync(Browser browser, string name, AuthenticatorPhone phone)
    {
        Assert.Equal("Your account", (await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"))).Heading);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
    }
}

/// <summary>Where the operator wants none.</summary>
public sealed class NoRememberedDevicesTests(NoRememberedDevicesTests.Host host) : IClassFixture<NoRememberedDevicesTests.Host>
{
    [Fact]
    public async Task Nobody_is_offered_it_and_what_was_remembered_before_counts_no_more()
    {
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = "before" });
        using var browser = new Browser(host);
        var page = await browser.ToSecondStepAsync("before");
        Assert.Contains("for 1 day", page.Document.QuerySelector("label:has(input[name=rememberDevice])")!.TextContent.Trim(), StringComparison.Ordinal);
        await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"));
        var cookies = browser.Cookies.GetAllCookies();
        Assert.Contains(cookies, one => one.Name == "identity-device");
        host.Clock.Advance(TimeSpan.FromSeconds(30));

        host.Days = 0;
        await host.RestartAsync();
        using var after = new Browser(host);
        foreach (Cookie cookie in cookies)
        {
            after.Cookies.Add(host.Address, new Cookie(cookie.Name, cookie.Value, "/"));
        }

        page = await after.ToSecondStepAsync("before");
        Assert.Null(page.Document.QuerySelector("input[name=rememberDevice]"));
        var made = cookies.Single(one => one.Name == "identity-device").Value;
        // A form that asks for it all the same.
        Assert.Equal("Your account", (await after.SubmitAsync(page, "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"))).Heading);
        Assert.Equal(made, after.Cookies.GetAllCookies().Single(one => one.Name == "identity-device").Value);
    }

    public sealed class Host : CodeFlowHost
    {
        public int Days { get; set; } = 1;

        protected override IEnumerable<string> Settings => [.. base.Settings, $"--Accounts:RememberDeviceDays={Days}"];
    }
}
