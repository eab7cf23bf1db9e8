using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Attacks;

/// <summary>The logout endpoint leads nowhere that was not registered, and signs nobody out by a link.</summary>
public sealed class LogoutRedirectTests(AttackHost host) : IClassFixture<AttackHost>
{
    public static TheoryData<string?, string> Elsewhere => new()
    {
        { null, "https://rp.example/bye" },
        { "site", "https://evil.example/" },
        { "site", "https://rival.example/bye" },
        { "site", "https://rp.example/bye/" },
        { "site", "https://rp.example/Bye" },
        { "site", "https://RP.example/bye" },
        { "site", "https://rp.example/bye?x" },
        { "site", "https://rp.example/bye#x" },
        { "site", "https://rp.example/bye/../open" },
        { "site", "https://rp.example@evil.example/bye" },
        { "site", "https://rp.example.evil.example/bye" },
        { "site", "https://rp.example:8443/bye" },
        { "site", "http://rp.example/bye" },
        { "site", "//evil.example" },
        { "site", "\\\\evil.example" },
        { "site", "/signed-out" },
        { "site", "javascript:alert(1)" },
        { "site", "data:text/html,<script>alert(1)</script>" },
        { "site", "https://rp.example/bye\r\nX-Injected: 1" },
        { "site", "https://rp.example/callback" },
        { "nobody", "https://rp.example/bye" },
        { "rival", "https://rp.example/bye" },
    };

    [Theory, MemberData(nameof(Elsewhere))]
    public async Task A_logout_never_leads_elsewhere(string? client, string redirectUri)
    {
        using var browser = new Browser(host);
        var name = $"out{HashOf(client, redirectUri)}";
        await host.AddAccountAsync(new NewAccount { UserName = name });
        var tokens = await host.RedeemAsync("site", (await browser.ArriveAsync(CodeFlowHost.Request("site"), name)).Parameter("code")!);
        using var nobody = new Browser(host);
        foreach (var visitor in new[] { browser, nobody })
        {
            foreach (var hint in client is "site" ? [null, tokens.Text("id_token")] : new string?[] { null })
            {
                var parameters = new Dictionary<string, string?> { ["post_logout_redirect_uri"] = redirectUri, ["state"] = "<script>alert(2)</script>", ["client_id"] = client, ["id_token_hint"] = hint };
                var stop = await visitor.OpenAsync(QueryHelpers.AddQueryString("/connect/endsession", parameters.Where(pair => pair.Value is not null)));
                Assert.Equal((400, "This request cannot be answered", null), (stop.Answer.Status, stop.Heading, stop.Left));
                Assert.DoesNotContain("<script", stop.Answer.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("evil", stop.Answer.Body, StringComparison.Ordinal);
                Assert.Null((await visitor.PostAsync("/connect/endsession", [.. parameters.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!))])).Left);
            }
        }

        // And nobody was signed out by it.
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task A_hint_of_another_client_or_person_proves_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "hinted" });
        await host.AddAccountAsync(new NewAccount { UserName = "hinter" });
        using var browser = new Browser(host);
        using var other = new Browser(host);
        var mine = await host.RedeemAsync("site", (await browser.ArriveAsync(CodeFlowHost.Request("site"), "hinted")).Parameter("code")!);
        var theirs = await host.RedeemAsync("rival", (await other.ArriveAsync(CodeFlowHost.Request("rival"), "hinter")).Parameter("code")!);
        var crossed = await browser.OpenAsync($"/connect/endsession?client_id=site&id_token_hint={theirs.Text("id_token")}&post_logout_redirect_uri=https://rp.example/bye");
        Assert.Equal((400, null), (crossed.Answer.Status, crossed.Left));
        // The hint's client has not registered this address.
        var borrowed = await browser.OpenAsync($"/connect/endsession?id_token_hint={theirs.Text("id_token")}&post_logout_redirect_uri=https://rp.example/bye");
        Assert.Equal((400, null), (borrowed.Answer.Status, borrowed.Left));
        // Its own address it has; but the hint is about somebody else's session, so the person is asked.
        var asked = await browser.OpenAsync($"/connect/endsession?id_token_hint={theirs.Text("id_token")}&post_logout_redirect_uri=https://rival.example/bye");
        Assert.Equal("Sign out?", asked.Heading);
        Assert.Equal(200, (await host.UserInfoAsync(mine.AccessToken)).Status);
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_link_asks_before_it_signs_anybody_out_and_reflects_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "linked" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "linked");
        var page = await browser.OpenAsync($"/connect/endsession?client_id=site&post_logout_redirect_uri={Uri.EscapeDataString("https://rp.example/bye")}&state={Uri.EscapeDataString("\"><script>alert(1)</script>\u00e9&x=y#")}");
        Assert.Equal("Sign out?", page.Heading);
        Assert.DoesNotContain("alert", page.Answer.Body, StringComparison.Ordinal);
        Assert.Equal("Your account", (await browser.OpenAsync("/")).Heading);

        // A stranger's browser cannot use the question.
        using var stranger = new Browser(host);
        await host.AddAccountAsync(new NewAccount { UserName = "bystander" });
        await stranger.SignInAsync(await stranger.OpenAsync("/sign-in"), "bystander");
        Assert.Null((await stranger.SubmitAsync(await stranger.OpenAsync(page.Address.PathAndQuery), "Sign out")).Left);

        var bye = await browser.SubmitAsync(page, "Sign out");
        Assert.Equal("https://rp.example/bye?state=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%C3%A9%26x%3Dy%23", bye.Left!.OriginalString);
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
    }

    [Fact]
    public async Task A_logout_that_comes_as_a_form_from_another_site_finds_the_session_all_the_same()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "formal" });
        using var browser = new Browser(host);
        var tokens = await host.RedeemAsync("site", (await browser.ArriveAsync(CodeFlowHost.Request("site"), "formal")).Parameter("code")!);
        // SameSite=Lax: the form itself comes without cookies, the redirect that answers it with them.
        var answer = await host.PostAsync("/connect/endsession", null, ("id_token_hint", tokens.Text("id_token")), ("post_logout_redirect_uri", "https://rp.example/bye"), ("state", "s"));
        var page = await browser.OpenAsync(answer.Headers["Location"]);
        Assert.Equal("Sign out?", page.Heading);
        Assert.Equal("https://rp.example/bye?state=s", (await browser.SubmitAsync(page, "Sign out")).Left!.AbsoluteUri);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);

        // Where nobody is signed in nobody is asked.
        answer = await host.PostAsync("/connect/endsession", null, ("client_id", "site"), ("post_logout_redirect_uri", "https://rp.example/bye"));
        Assert.Equal("https://rp.example/bye", (await browser.OpenAsync(answer.Headers["Location"])).Left!.AbsoluteUri);
    }

    private static string HashOf(string? client, string redirectUri) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{client} {redirectUri}")))[..12];
}
