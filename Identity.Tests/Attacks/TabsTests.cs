using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Attacks;

/// <summary>Several requests wait in one browser, or in two; none is taken for another.</summary>
public sealed class TabsTests(AttackHost host) : IClassFixture<AttackHost>
{
    private static readonly string[] WaitingPages = ["/sign-in", "/consent", "/select-account", "/connect/authorize/resume"];

    [Fact]
    public async Task Each_tab_returns_its_own_state_nonce_and_client()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "tabs" });
        using var browser = new Browser(host);
        var one = await browser.OpenAsync(CodeFlowHost.Request("site", ("state", "one"), ("nonce", "first")));
        var two = await browser.OpenAsync(CodeFlowHost.Request("rival", ("state", "two"), ("nonce", "second")));
        var three = await browser.OpenAsync(CodeFlowHost.Request("site", ("state", "three"), ("nonce", "third")));
        // Answered in another order than they were asked.
        foreach (var (tab, client, state, nonce) in new[] { (two, "rival", "two", "second"), (three, "site", "three", "third"), (one, "site", "one", "first") })
        {
            var back = await browser.SignInAsync(tab, "tabs");
            Assert.Equal(state, back.Parameter("state"));
            var code = back.Parameter("code")!;
            Assert.Equal(400, (await host.RedeemAsync(client is "site" ? "rival" : "site", code)).Status);
            var tokens = await host.RedeemAsync(client, code);
            Assert.Equal(nonce, Jwt.Payload(tokens.Text("id_token")).GetProperty("nonce").GetString());
            Assert.Equal(client, Jwt.Payload(tokens.Text("id_token")).GetProperty("aud").GetString());
        }
    }

    [Fact]
    public async Task A_waiting_request_belongs_to_the_browser_that_began_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "owner" });
        await host.AddAccountAsync(new NewAccount { UserName = "guest" });
        using var owner = new Browser(host);
        using var stranger = new Browser(host);
        Assert.NotNull((await stranger.ArriveAsync(CodeFlowHost.Request("site"), "guest")).Parameter("code"));
        var page = await owner.OpenAsync(CodeFlowHost.Request("shop"));
        var handle = Handle(page);
        foreach (var place in WaitingPages)
        {
            var stop = await stranger.OpenAsync($"{place}?request={handle}");
            Assert.Equal((400, "This request cannot be answered", null), (stop.Answer.Status, stop.Heading, stop.Left));
            // Not even which application it is.
            Assert.DoesNotContain("The Shop", stop.Answer.Body, StringComparison.Ordinal);
        }

        // With the stranger's own token too.
        var token = (await stranger.OpenAsync("/sign-in")).Field("__RequestVerificationToken")!;
        foreach (var form in new[] { "/sign-in", "/sign-in?handler=Cancel", "/consent", "/select-account" })
        {
            var stop = await stranger.PostAsync(form, ("request", handle), ("username", "guest"), ("password", "correct horse battery"), ("allow", "true"), ("__RequestVerificationToken", token));
            Assert.Equal((400, null), (stop.Answer.Status, stop.Left));
        }

        var back = await owner.SubmitAsync(await owner.SignInAsync(page, "owner"), "Allow");
        Assert.NotNull(back.Parameter("code"));
    }

    [Fact]
    public async Task A_request_that_came_as_a_form_from_another_site_belongs_to_the_first_browser_that_shows_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "poster" });
        var query = QueryHelpers.ParseQuery(new Uri(host.Address, CodeFlowHost.Request("site")).Query).Select(pair => (pair.Key, pair.Value.ToString())).ToArray();
        var waiting = (await host.PostAsync("/connect/authorize", null, query)).Headers["Location"];
        Assert.StartsWith("/connect/authorize/resume?request=", waiting, StringComparison.Ordinal);
        using var first = new Browser(host);
        using var second = new Browser(host);
        var page = await first.OpenAsync(waiting);
        Assert.Equal("Sign in", page.Heading);
        Assert.Equal(400, (await second.OpenAsync(waiting)).Answer.Status);
        Assert.NotNull((await first.SignInAsync(page, "poster")).Parameter("code"));
    }

    [Fact]
    public async Task Consent_in_one_tab_is_no_consent_for_another()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "consenter" });
        using var browser = new Browser(host);
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("site"), "consenter")).Parameter("code"));
        var shop = await browser.OpenAsync(CodeFlowHost.Request("shop", ("state", "shop")));
        var market = await browser.OpenAsync(CodeFlowHost.Request("market", ("state", "market")));
        var more = await browser.OpenAsync(CodeFlowHost.Request("shop", ("scope", "openid profile email"), ("state", "more")));
        Assert.All([shop, market, more], page => Assert.Equal("Allow access?", page.Heading));

        Assert.Equal("shop", (await browser.SubmitAsync(shop, "Allow")).Parameter("state"));
        foreach (var other in new[] { market, more })
        {
            Assert.Equal("Allow access?", (await browser.OpenAsync($"/connect/authorize/resume?request={Handle(other)}")).Heading);
        }

        // A "no" to one is none to the other either.
        Assert.Equal("access_denied", (await browser.SubmitAsync(market, "Do not allow")).Parameter("error"));
        Assert.NotNull((await browser.SubmitAsync(more, "Allow")).Parameter("code"));
    }

    [Fact]
    public async Task An_answered_request_is_over_and_says_so_with_the_way_back()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "returner" });
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("market"));
        var consent = await browser.SignInAsync(page, "returner");
        Assert.NotNull((await browser.SubmitAsync(consent, "Allow")).Parameter("code"));
        foreach (var place in WaitingPages)
        {
            var again = await browser.OpenAsync($"{place}?request={Handle(page)}");
            Assert.Equal((400, null), (again.Answer.Status, again.Left));
            Assert.Equal("https://market.example/", again.Document.QuerySelector("a.button")?.GetAttribute("href"));
        }
    }

    private static string Handle(Stop page) => QueryHelpers.ParseQuery(page.Address.Query)["request"].ToString();
}
