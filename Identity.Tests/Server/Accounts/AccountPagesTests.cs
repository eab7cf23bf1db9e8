using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

/// <summary>What a person does on the pages of the account, as a browser without scripts and its clients see it.</summary>
public sealed class AccountPagesTests(AccountPagesTests.Host host) : IClassFixture<AccountPagesTests.Host>
{
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";

    // ---- password

    [Fact]
    public async Task A_new_password_ends_everything_else_keeps_this_session_and_is_told_by_mail()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "renewer", Email = "renewer@example.com", EmailVerified = true });
        using var browser = await SignedInAsync("renewer");
        using var elsewhere = await SignedInAsync("renewer");
        var tokens = await TokensAsync(elsewhere, "site", "openid offline_access");
        var handle = SessionOf(browser);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var page = await browser.OpenAsync("/account/password");
        // For password managers.
        Assert.Equal(("username", "new-password"), (page.Document.QuerySelector("input[value='renewer@example.com'], input[value='renewer']")!.GetAttribute("autocomplete"), page.Document.QuerySelector("input[name=password]")!.GetAttribute("autocomplete")));
        var weak = await browser.SubmitAsync(page, "Change the password", ("password", "password1"));
        Assert.NotNull(weak.Document.QuerySelector("input[name=password][aria-invalid=true]"));
        Assert.Equal("", weak.Field("password"));
        Assert.Equal("Your account", (await elsewhere.OpenAsync("/")).Heading);

        var done = await browser.SubmitAsync(weak, "Change the password", ("password", "a whole new battery"));
        Assert.Equal(("/", "Your account"), (done.Address.PathAndQuery, done.Heading));
        Assert.Contains("Your password was changed.", done.Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Your password was changed.", (await browser.OpenAsync("/")).Answer.Body, StringComparison.Ordinal);
        Assert.NotEqual(handle, SessionOf(browser));
        Assert.Equal("Sign in", (await elsewhere.OpenAsync("/")).Heading);
        Assert.Equal((400, 401), ((await host.RefreshAsync("site", tokens.RefreshToken)).Status, (await host.UserInfoAsync(tokens.AccessToken)).Status));
        Assert.Equal((400, 200), ((await host.SignInAsync("web", "renewer")).Status, (await host.SignInAsync("web", "renewer", "a whole new battery")).Status));
        Assert.Contains("Subject: Your password was changed", Assert.Single(host.MailsTo("renewer@example.com")), StringComparison.Ordinal);
    }

    // ---- sessions

    [Fact]
    public async Task Sessions_are_named_this_one_is_marked_and_another_is_ended_with_its_clients()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "nomad" });
        using var browser = await SignedInAsync("nomad");
        using var phone = new Browser(host, Phone, "en");
        await phone.SignInAsync(await phone.OpenAsync("/sign-in"), "nomad");
        var tokens = await TokensAsync(phone, "site", "openid");
        var page = await browser.OpenAsync("/account/sessions");
        var rows = page.Document.QuerySelectorAll("ul.rows li").Select(row => row.TextContent).ToList();
        Assert.Equal(2, rows.Count);
        Assert.Contains("this device", rows[0], StringComparison.Ordinal);
        Assert.Contains("Safari on iPhone", rows[1], StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", rows[1], StringComparison.Ordinal);
        Assert.Contains("this device", (await phone.OpenAsync("/account/sessions")).Document.QuerySelectorAll("ul.rows li").Single(row => row.TextContent.Contains("iPhone", StringComparison.Ordinal)).TextContent, StringComparison.Ordinal);

        var done = await browser.SubmitAsync(page, "End");
        Assert.Contains("The session was ended.", done.Answer.Body, StringComparison.Ordinal);
        Assert.Single(done.Document.QuerySelectorAll("ul.rows li"));
        Assert.Equal(("Sign in", "Your account"), ((await phone.OpenAsync("/")).Heading, (await browser.OpenAsync("/")).Heading));
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task Nobody_elses_session_is_ended_nor_ones_own_by_the_same_form()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "meddler" });
        await host.AddAccountAsync(new NewAccount { UserName = "undisturbed" });
        using var browser = await SignedInAsync("meddler");
        using var second = await SignedInAsync("meddler");
        using var other = await SignedInAsync("undisturbed");
        var page = await browser.OpenAsync("/account/sessions");
        var (own, others) = (await SidOfAsync(browser), await SidOfAsync(other));
        foreach (var sid in new[] { others, own, "nonsense", "", new string('x', 5000) })
        {
            var answer = await browser.SubmitAsync(page, "End", ("sid", sid));
            Assert.Equal((200, "/account/sessions"), (answer.Answer.Status, answer.Address.PathAndQuery));
            Assert.DoesNotContain("The session was ended.", answer.Answer.Body, StringComparison.Ordinal);
        }

        foreach (var one in new[] { browser, second, other })
        {
            Assert.Equal("Your account", (await one.OpenAsync("/")).Heading);
        }
    }

    [Fact]
    public async Task Everything_else_ends_at_once_and_this_session_goes_on()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "sweeper" });
        using var browser = await SignedInAsync("sweeper");
        using var one = await SignedInAsync("sweeper");
        using var two = await SignedInAsync("sweeper");
        var tokens = await host.SignInAsync("web", "sweeper");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var done = await browser.SubmitAsync(await browser.OpenAsync("/account/sessions"), "End everything else");
        Assert.Contains("Everything else has ended.", done.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(("Sign in", "Sign in", "Your account"), ((await one.OpenAsync("/")).Heading, (await two.OpenAsync("/")).Heading, (await browser.OpenAsync("/")).Heading));
        Assert.Equal(400, (await host.RefreshAsync("web", tokens.RefreshToken)).Status);
    }

    // ---- applications

    [Fact]
    public async Task Access_that_is_taken_back_is_gone_with_all_that_came_of_it_and_no_other_is()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "customer" });
        using var browser = await SignedInAsync("customer");
        var shop = await TokensAsync(browser, "shop", "openid profile offline_access");
        var site = await TokensAsync(browser, "site", "openid offline_access");
        // A code that is on its way.
        var code = (await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile")))).Parameter("code")!;
        var page = await browser.OpenAsync("/account/applications");
        Assert.Contains("The Shop", page.Answer.Body, StringComparison.Ordinal);
        Assert.Contains("site", page.Answer.Body, StringComparison.Ordinal);
        var button = page.Document.QuerySelectorAll("button").Single(one => one.GetAttribute("aria-label") == "Take access back from The Shop");
        var id = button.Closest("form")!.QuerySelector("input[name=clientId]")!.GetAttribute("value")!;
        var done = await browser.PostAsync("/account/applications", ("clientId", id), ("__RequestVerificationToken", page.Field("__RequestVerificationToken")!));
        Assert.Contains("Access was taken back.", done.Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("The Shop", done.Answer.Body, StringComparison.Ordinal);
        Assert.Equal((400, 401, 400), ((await host.RefreshAsync("shop", shop.RefreshToken)).Status, (await host.UserInfoAsync(shop.AccessToken)).Status, (await host.RedeemAsync("shop", code)).Status));
        Assert.Equal((200, 200), ((await host.UserInfoAsync(site.AccessToken)).Status, (await host.RefreshAsync("site", site.RefreshToken)).Status));
        // It has to ask again.
        Assert.Contains("The Shop", (await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile")))).Document.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    // ---- API key

    [Fact]
    public async Task A_key_is_shown_once_takes_the_place_of_the_one_before_and_a_reload_makes_none()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "keyed", Email = "keyed@example.com", EmailVerified = true });
        using var browser = await SignedInAsync("keyed");
        var form = await browser.OpenAsync("/account/api-key");
        var shown = await browser.SubmitAsync(form, "Make the key", ("days", "30"));
        var first = shown.Document.QuerySelector("code.secret-text")!.TextContent;
        Assert.Equal("no-store", shown.Answer.Headers["Cache-Control"]);
        Assert.True(await IsGoodAsync(first));
        Assert.DoesNotContain(first, (await browser.OpenAsync("/account/api-key")).Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(await host.ReadAsync(db => db.ApiKeys.Select(row => row.Mac).ToListAsync()), mac => mac?.Contains(first, StringComparison.Ordinal) is true);
        // The same form again, as a reload sends it.
        var again = await browser.SubmitAsync(form, "Make the key", ("days", "30"));
        Assert.Null(again.Document.QuerySelector("code.secret-text"));
        Assert.Contains("Nothing was made", again.Answer.Body, StringComparison.Ordinal);
        Assert.True(await IsGoodAsync(first));

        host.Clock.Advance(TimeSpan.FromMilliseconds(5));
        var second = (await browser.SubmitAsync(await browser.OpenAsync("/account/api-key"), "Make the key", ("days", "90"))).Document.QuerySelector("code.secret-text")!.TextContent;
        Assert.False(await IsGoodAsync(first));
        Assert.True(await IsGoodAsync(second));
        Assert.Contains("The key was removed.", (await browser.SubmitAsync(await browser.OpenAsync("/account/api-key"), "Remove the key")).Answer.Body, StringComparison.Ordinal);
        Assert.False(await IsGoodAsync(second));
        Assert.Equal(
            ["An API key was made", "An API key was made", "Your API key was removed"],
            host.MailsTo("keyed@example.com").Select(mail => System.Text.RegularExpressions.Regex.Match(mail, @"(?m)^Subject: (.*?)\r?$").Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("31")]
    [InlineData("0")]
    [InlineData("-30")]
    [InlineData("")]
    public async Task A_life_that_nobody_offered_makes_no_key(string days)
    {
        var name = $"odd-days-{days.Length}{days.StartsWith('-')}{days}";
        await host.AddAccountAsync(new NewAccount { UserName = name });
        using var browser = await SignedInAsync(name);
        Assert.Null((await browser.SubmitAsync(await browser.OpenAsync("/account/api-key"), "Make the key", ("days", days))).Document.QuerySelector("code.secret-text"));
    }

    private async Task<Browser> SignedInAsync(string name)
    {
        var browser = new Browser(host, languages: "en");
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name)).Heading);
        return browser;
    }

    private async Task<Answer> TokensAsync(Browser browser, string client, string scope)
    {
        var stop = await browser.OpenAsync(CodeFlowHost.Request(client, ("scope", scope), ("prompt", client is "shop" && scope.Contains("offline", StringComparison.Ordinal) ? "consent" : null)));
        if (stop.Left is null)
        {
            stop = await browser.SubmitAsync(stop, "Allow");
        }

        return await host.RedeemAsync(client, stop.Parameter("code")!);
    }

    private async Task<string> SidOfAsync(Browser browser)
    {
        var hash = Identity.OpenId.Tokens.Handle.Hash(SessionOf(browser));
        return await host.ReadAsync(db => db.Sessions.Where(row => row.HandleHash == hash).Select(row => row.Sid).SingleAsync());
    }

    private async Task<bool> IsGoodAsync(string key) => (await host.TokenAsync("keyed", ("grant_type", "urn:cloudmind:grant-type:api-key"), ("api_key", key))).Status == 200;

    private static string SessionOf(Browser browser) => browser.Cookies.GetAllCookies().Single(one => one.Name == "identity-session").Value;

    public sealed class Host : CodeFlowHost
    {
        protected override System.Text.Json.Nodes.JsonArray Clients => [.. base.Clients.Select(client => client!.DeepClone()), Client("keyed", client => (client["grant_types"], client["redirect_uris"]) = (new System.Text.Json.Nodes.JsonArray("urn:cloudmind:grant-type:api-key"), new System.Text.Json.Nodes.JsonArray()))];
    }
}
