using System.Net;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>Nobody gets a person to sign in into a session that somebody else knows.</summary>
public sealed class SessionFixationTests(AttackHost host) : IClassFixture<AttackHost>
{
    private const string Session = "identity-session";

    [Fact]
    public async Task The_handle_changes_at_every_sign_in_and_the_old_one_is_dead()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "fixed" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "fixed");
        var first = Handle(browser);
        Assert.Equal("Your account", (await OpenWithAsync(first)).Heading);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "fixed");
        Assert.NotEqual(first, Handle(browser));
        Assert.Equal("Sign in", (await OpenWithAsync(first)).Heading);
        Assert.Equal("Your account", (await OpenWithAsync(Handle(browser))).Heading);
    }

    [Fact]
    public async Task A_planted_cookie_is_not_adopted()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "planted" });
        foreach (var planted in new[] { new string('A', 43), "short", "" })
        {
            using var browser = new Browser(host);
            Plant(browser, planted);
            await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "planted");
            Assert.NotEqual(planted, Handle(browser));
            Assert.Equal("Sign in", (await OpenWithAsync(planted)).Heading);
        }
    }

    [Fact]
    public async Task An_attackers_own_session_that_he_plants_does_not_become_the_victims()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "attacker", Nickname = "Attacker" });
        await host.AddAccountAsync(new NewAccount { UserName = "victim", Nickname = "Victim" });
        using var attacker = new Browser(host);
        await attacker.SignInAsync(await attacker.OpenAsync("/sign-in"), "attacker");
        var known = Handle(attacker);

        using var victim = new Browser(host);
        Plant(victim, known);
        var page = await victim.SignInAsync(await victim.OpenAsync("/sign-in"), "victim");
        Assert.Contains("Victim", page.Answer.Body, StringComparison.Ordinal);
        Assert.NotEqual(known, Handle(victim));
        Assert.Equal("Sign in", (await attacker.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_handle_is_dead_after_sign_out()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "gone" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "gone");
        var handle = Handle(browser);
        Assert.Equal("You are signed out", (await browser.SubmitAsync(await browser.OpenAsync("/sign-out"), "Sign out")).Heading);
        Assert.Empty(Handle(browser));
        Assert.Equal("Sign in", (await OpenWithAsync(handle)).Heading);
    }

    [Fact]
    public async Task What_the_database_holds_opens_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "copied" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "copied");
        var hash = Identity.OpenId.Tokens.Handle.Hash(Handle(browser));
        Assert.Contains(hash, await host.EverythingStoredAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Handle(browser), await host.EverythingStoredAsync(), StringComparison.Ordinal);
        Assert.Equal("Sign in", (await OpenWithAsync(hash)).Heading);
    }

    private string Handle(Browser browser) => browser.Cookies.GetCookies(host.Address)[Session]?.Value ?? "";

    private void Plant(Browser browser, string handle) => browser.Cookies.Add(host.Address, new Cookie(Session, handle));

    private async Task<Stop> OpenWithAsync(string handle)
    {
        using var browser = new Browser(host);
        Plant(browser, handle);
        return await browser.OpenAsync("/");
    }
}

/// <summary>Over https a neighbour cannot plant any of our cookies at all (RFC 6265bis §4.1.3.2).</summary>
public sealed class CookiePrefixTests(CookiePrefixTests.Https host) : IClassFixture<CookiePrefixTests.Https>
{
    [Fact]
    public async Task Every_cookie_is_tied_to_this_host_alone()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "prefixed" });
        var page = await host.GetAsync("/sign-in", ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"));
        var forgery = Assert.Single(Cookies(page), cookie => cookie.StartsWith("__Host-identity-forgery=", StringComparison.Ordinal));
        var token = new Stop(host.Address, page).Field("__RequestVerificationToken")!;
        var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["username"] = "prefixed", ["password"] = "correct horse battery", ["__RequestVerificationToken"] = token }) };
        foreach (var (name, value) in new[] { ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"), ("Cookie", forgery.Split(';')[0]) })
        {
            request.Headers.Add(name, value);
        }

        var signedIn = await host.SendAsync(request);
        Assert.Equal(303, signedIn.Status);
        var authorize = await host.GetAsync(CodeFlowHost.Request("site"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"));
        string[] all = [.. Cookies(page), .. Cookies(signedIn), .. Cookies(authorize)];
        Assert.Equal(["__Host-identity-browser", "__Host-identity-forgery", "__Host-identity-session"], all.Select(cookie => cookie.Split('=')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(all, cookie =>
        {
            var attributes = cookie.Split("; ").Skip(1).ToList();
            Assert.Equal(["httponly", "path=/", "samesite=lax", "secure"], attributes.Order(StringComparer.Ordinal));
        });
    }

    private static string[] Cookies(Answer answer) => answer.Headers.TryGetValue("Set-Cookie", out var cookies) ? cookies.Split(", ") : [];

    public sealed class Https : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example", "--Hosting:KnownProxies:0=127.0.0.1"];
    }
}
