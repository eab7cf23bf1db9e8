using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

public sealed class ConsentTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task Consent_is_remembered_and_asked_again_for_more_and_when_the_client_wants_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "agreer" });
        using var browser = new Browser(host);
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("shop", ("scope", "openid profile")), "agreer")).Parameter("code"));
        foreach (var scope in new[] { "openid profile", "openid", "profile openid" })
        {
            Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", scope)))).Parameter("code"));
        }

        Assert.Equal("consent_required", (await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid email"), ("prompt", "none")))).Parameter("error"));
        var more = await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid email")));
        Assert.Equal("Allow access?", more.Heading);
        Assert.Contains("see your e-mail address", more.Answer.Body, StringComparison.Ordinal);
        Assert.NotNull((await browser.SubmitAsync(more, "Allow")).Parameter("code"));
        // Both together now.
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile email"), ("prompt", "none")))).Parameter("code"));

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await browser.OpenAsync(CodeFlowHost.Request("shop", ("prompt", "consent")));
        Assert.Equal("Allow access?", again.Heading);
        Assert.NotNull((await browser.SubmitAsync(again, "Allow")).Parameter("code"));
    }

    [Fact]
    public async Task A_no_is_told_to_the_client_and_not_remembered_as_a_yes()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "refuser" });
        using var browser = new Browser(host);
        var page = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("shop")), "refuser");
        var back = await browser.SubmitAsync(page, "Do not allow");
        Assert.Equal(("access_denied", "a state"), (back.Parameter("error"), back.Parameter("state")));
        Assert.Equal("Allow access?", (await browser.OpenAsync(CodeFlowHost.Request("shop"))).Heading);
        // The answered request is over.
        Assert.Equal(400, (await browser.OpenAsync(page.Address.PathAndQuery)).Answer.Status);
    }

    [Fact]
    public async Task What_is_withdrawn_is_asked_for_again_and_what_the_client_held_is_void()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "withdrawer" });
        using var browser = new Browser(host);
        var tokens = await host.RedeemAsync("shop", (await browser.ArriveAsync(CodeFlowHost.Request("shop", ("scope", "openid offline_access")), "withdrawer")).Parameter("code")!);
        var other = await host.RedeemAsync("lax", (await browser.ArriveAsync(CodeFlowHost.Request("lax", ("scope", "openid offline_access")), "withdrawer")).Parameter("code")!);
        var page = await browser.OpenAsync("/account/applications");
        Assert.Contains("The Shop", page.Answer.Body, StringComparison.Ordinal);
        page = await browser.SubmitAsync(page, null, ("clientId", "shop"));
        Assert.DoesNotContain("The Shop", page.Answer.Body, StringComparison.Ordinal);

        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal("invalid_grant", (await host.RefreshAsync("shop", tokens.RefreshToken)).Text("error"));
        Assert.Equal("Allow access?", (await browser.OpenAsync(CodeFlowHost.Request("shop"))).Heading);
        // The other's stays.
        Assert.Equal(200, (await host.UserInfoAsync(other.AccessToken)).Status);
        Assert.Equal(200, (await host.RefreshAsync("lax", other.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_client_of_our_own_asks_nobody_and_one_account_does_not_agree_for_another()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "mine" });
        await host.AddAccountAsync(new NewAccount { UserName = "yours" });
        using var browser = new Browser(host);
        Assert.NotNull((await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid profile"))), "mine")).Parameter("code"));
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("shop"), "mine")).Parameter("code"));
        var other = await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "yours");
        Assert.Equal("Your account", other.Heading);
        Assert.Equal("Allow access?", (await browser.OpenAsync(CodeFlowHost.Request("shop"))).Heading);
    }

    [Theory]
    [InlineData("consent", "Allow access?", "Allow")]
    [InlineData("select_account", "Choose an account", null)]
    public async Task A_page_acts_for_the_person_whom_it_was_shown_to_and_for_nobody_who_signed_in_since(string prompt, string heading, string? button)
    {
        var (first, second) = ($"first-{prompt}", $"second-{prompt}");
        await host.AddAccountAsync(new NewAccount { UserName = first });
        await host.AddAccountAsync(new NewAccount { UserName = second });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), first);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var client = prompt is "consent" ? "shop" : "site";
        var page = await browser.OpenAsync(CodeFlowHost.Request(client, ("prompt", prompt)));
        Assert.Equal(heading, page.Heading);
        Assert.Contains(first, page.Answer.Body, StringComparison.Ordinal);

        // In another tab somebody else signs in; what the first tab shows is not about them.
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), second);
        var again = await browser.SubmitAsync(page, button ?? $"Continue as {first}");
        Assert.Equal((400, heading), (again.Answer.Status, again.Heading));
        Assert.Contains("This form was out of date", again.Answer.Body, StringComparison.Ordinal);
        Assert.Contains(second, again.Answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(first, again.Answer.Body, StringComparison.Ordinal);
        if (prompt is "consent")
        {
            Assert.Equal("consent_required", (await browser.OpenAsync(CodeFlowHost.Request(client, ("prompt", "none")))).Parameter("error"));
        }

        // Whoever sees it may answer it.
        Assert.NotNull((await browser.SubmitAsync(again, button ?? $"Continue as {second}")).Parameter("code"));
    }
}
