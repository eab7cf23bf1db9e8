using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

/// <summary>Accounts with two-step verification at the doors that know no second step; NLECloud's operator lets the password alone in.</summary>
public sealed class AppPasswordTests(AppPasswordTests.Host host) : IClassFixture<AppPasswordTests.Host>
{
    [Fact]
    public async Task The_password_alone_is_a_wrong_password_at_every_door_that_the_operator_did_not_open()
    {
        await host.AddTwoStepAccountAsync(new NewAccount { UserName = "doors", Email = "doors@example.com", EmailVerified = true });
        await host.AddAccountAsync(new NewAccount { UserName = "plain", Email = "plain@example.com", EmailVerified = true });
        foreach (var (right, wrong) in new[]
        {
            (await host.SignInAsync("web", "doors"), await host.SignInAsync("web", "plain", "not the password")),
            (await host.CloudMindLoginAsync("doors@example.com"), await host.CloudMindLoginAsync("plain@example.com", "not the password")),
            (await host.RageFrameLoginAsync("doors"), await host.RageFrameLoginAsync("plain", password: "not the password")),
        })
        {
            Assert.Equal((wrong.Status, Undated(wrong)), (right.Status, Undated(right)));
        }

        Assert.Equal(0, (await host.NleCloudLoginAsync("doors")).Json.GetProperty("Status").GetInt32());
        Assert.NotEqual(0, (await host.NleCloudLoginAsync("doors", "not the password")).Json.GetProperty("Status").GetInt32());
    }

    [Fact]
    public async Task An_app_password_opens_every_old_door_and_the_token_says_so()
    {
        var made = await MadeAsync("gadget");
        var tokens = await host.SignInAsync("web", "gadget", made, "openid");
        Assert.Equal(200, tokens.Status);
        var claims = Jwt.Payload(tokens.AccessToken);
        Assert.Equal("""["app_password"]""", claims.GetProperty("amr").GetRawText());
        Assert.False(claims.TryGetProperty("acr", out _));
        Assert.Equal(200, (await host.CloudMindLoginAsync("gadget@example.com", made)).Status);
        Assert.Equal(0, (await host.NleCloudLoginAsync("gadget", made)).Json.GetProperty("Status").GetInt32());
        Assert.Equal(200, (await host.RageFrameLoginAsync("gadget", password: made)).Status);
        // As a person copies it, and nobody else's.
        Assert.Equal(200, (await host.SignInAsync("web", "gadget", $" {made.ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal)} ")).Status);
        await MadeAsync("neighbour");
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "neighbour", made)).Text("error"));
        Assert.DoesNotContain(await host.ReadAsync(db => db.AppPasswords.Select(row => row.Mac).ToListAsync()), mac => mac.Contains(made, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_browser_takes_no_app_password()
    {
        var made = await MadeAsync("surfer");
        using var browser = new Browser(host);
        var page = await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "surfer", made);
        Assert.Equal(("Sign in", "The name or the password is wrong."), (page.Heading, page.Document.QuerySelector(".problem p")!.TextContent));
    }

    [Fact]
    public async Task What_was_taken_back_is_void_with_what_it_had_begun()
    {
        using var browser = new Browser(host);
        var made = await MadeAsync("retired", browser);
        var tokens = await host.SignInAsync("web", "retired", made);
        var page = await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Take it back");
        Assert.Contains("The app password was taken back", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "retired", made)).Text("error"));
        Assert.Equal("invalid_grant", (await host.RefreshAsync("web", tokens.RefreshToken)).Text("error"));
    }

    [Fact]
    public async Task It_ends_with_everything_else_and_with_two_step_verification()
    {
        using var browser = new Browser(host);
        var made = await MadeAsync("over", browser);
        await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Turn two-step verification off");
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "over", made)).Text("error"));
        var other = await MadeAsync("ended");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.EndSessionsAsync("ended");
        Assert.Equal("invalid_grant", (await host.SignInAsync("web", "ended", other)).Text("error"));
    }

    [Fact]
    public async Task A_form_that_is_sent_again_makes_no_second_one_and_a_name_is_needed()
    {
        using var browser = new Browser(host);
        phones["twice"] = (await host.AddTwoStepAccountAsync(new NewAccount { UserName = "twice" })).Phone;
        await EnterAsync(browser, "twice");
        var form = await browser.OpenAsync("/account/security");
        Assert.Contains("Please give it a name", (await browser.SubmitAsync(form, "Make an app password", ("name", " "))).Answer.Body, StringComparison.Ordinal);
        Assert.NotNull((await browser.SubmitAsync(form, "Make an app password", ("name", "Radio <1>"))).Document.QuerySelector("code.secret-text"));
        Assert.Null((await browser.SubmitAsync(form, "Make an app password", ("name", "Radio <1>"))).Document.QuerySelector("code.secret-text"));
        var id = (await host.FindAccountAsync("twice")).Id;
        Assert.Equal(1, await host.ReadAsync(db => db.AppPasswords.CountAsync(row => row.AccountId == id)));
    }

    private static string Undated(Answer answer) => System.Text.RegularExpressions.Regex.Replace(answer.Body, @"\d{10,}", "0", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    private readonly Dictionary<string, AuthenticatorPhone> phones = new(StringComparer.Ordinal);

    private async Task<string> MadeAsync(string name, Browser? browser = null)
    {
        phones[name] = (await host.AddTwoStepAccountAsync(new NewAccount { UserName = name, Email = $"{name}@example.com", EmailVerified = true })).Phone;
        using var own = browser is null ? new Browser(host) : null;
        browser ??= own!;
        await EnterAsync(browser, name);
        var page = await browser.SubmitAsync(await browser.OpenAsync("/account/security"), "Make an app password", ("name", "An old program"));
        return page.Document.QuerySelector("code.secret-text")!.TextContent;
    }

    private async Task EnterAsync(Browser browser, string name)
    {
        if (!phones.TryGetValue(name, out var phone))
        {
            throw new InvalidOperationException(name);
        }

        await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)));
    }

    public sealed class Host : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => [.. base.Settings, "--Compat:NleCloud:AllowPasswordOnly=true"];
    }
}
