using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>RFC 9126.</summary>
public sealed class PushedRequestTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private static readonly (string, string)[] Good =
    [
        ("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), ("scope", "openid"), ("state", "pushed"),
        ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"),
    ];

    [Fact]
    public async Task Rfc9126_2_2_a_pushed_request_lives_ninety_seconds()
    {
        using var browser = new Browser(host);
        var (early, late) = (await PushAsync("site"), await PushAsync("site"));
        Assert.Equal(90, early.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal("no-store", early.Headers["Cache-Control"]);
        host.Clock.Advance(TimeSpan.FromSeconds(89));
        Assert.Equal("Sign in", (await browser.OpenAsync(Address("site", early))).Heading);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await IsRefusedAsync(browser, Address("site", late));
    }

    [Fact]
    public async Task Rfc9126_4_a_pushed_request_is_its_own_clients_and_a_strangers_try_does_not_use_it_up()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "pushed" });
        using var browser = new Browser(host);
        var pushed = await PushAsync("site");
        await IsRefusedAsync(browser, Address("shop", pushed));
        await IsRefusedAsync(browser, Address("", pushed));
        await IsRefusedAsync(browser, $"{Address("site", pushed)}&client_id=site");
        await IsRefusedAsync(browser, $"{Address("site", pushed)}&request_uri=x");
        var back = await browser.ArriveAsync(Address("site", pushed), "pushed");
        Assert.Equal("pushed", back.Parameter("state"));
        Assert.Equal(200, (await host.RedeemAsync("site", back.Parameter("code")!)).Status);
        await IsRefusedAsync(browser, Address("site", pushed));
    }

    [Fact]
    public async Task Rfc9126_4_a_pushed_request_in_fifty_tabs_is_answered_once()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "tabbed" });
        using var browser = new Browser(host);
        var address = Address("site", await PushAsync("site"));
        // The first visit names the browser, which all tabs must be.
        await browser.OpenAsync(address);
        var tabs = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => browser.OpenAsync(address)));
        Assert.All(tabs, tab => Assert.Equal("Sign in", tab.Heading));
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "tabbed");
        var answers = await Task.WhenAll(tabs.Select(tab => browser.OpenAsync($"/connect/authorize/resume{tab.Address.Query}")));
        Assert.Single(answers, answer => answer.Parameter("code") is not null);
        Assert.All(answers.Where(answer => answer.Left is null), answer => Assert.Equal("This request cannot be answered", answer.Heading));
    }

    [Fact]
    public async Task Rfc9126_4_fifty_requests_of_one_signed_in_browser_are_answered_once()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "hurried" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "hurried");
        var address = Address("site", await PushAsync("site"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => browser.OpenAsync(address)));
        Assert.Single(answers, answer => answer.Parameter("code") is not null);
        Assert.All(answers.Where(answer => answer.Left is null), answer => Assert.Equal((400, "This request cannot be answered"), (answer.Answer.Status, answer.Heading)));
    }

    [Fact]
    public async Task Rfc9126_6_a_client_that_must_push_is_answered_only_when_it_did()
    {
        using var browser = new Browser(host);
        Assert.Equal("invalid_request", (await browser.OpenAsync(CodeFlowHost.Request("pushing"))).Parameter("error"));
        Assert.Equal("Sign in", (await browser.OpenAsync(Address("pushing", await PushAsync("pushing")))).Heading);
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:request_uri:")]
    [InlineData("urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("urn:ietf:params:oauth:request_uri:../../x")]
    public async Task A_request_uri_that_was_not_pushed_here_is_refused_and_never_fetched(string requestUri)
    {
        using var browser = new Browser(host);
        await IsRefusedAsync(browser, CodeFlowHost.Request("site", ("request_uri", requestUri)));
        Assert.Empty(host.Outside.Calls);
    }

    [Fact]
    public async Task Rfc9126_2_1_a_pushed_request_is_checked_as_one_of_a_browser_is_and_its_client_too()
    {
        foreach (var (error, change) in new (string, (string, string))[]
        {
            ("unsupported_response_type", ("response_type", "token")),
            ("invalid_scope", ("scope", "openid phone")),
            ("invalid_target", ("resource", "https://elsewhere.example")),
            ("invalid_request", ("request_uri", "urn:ietf:params:oauth:request_uri:x")),
            ("request_not_supported", ("request", "e30.e30.")),
            ("invalid_request", ("redirect_uri", "https://elsewhere.example")),
        })
        {
            var answer = await host.PostAsync("/connect/par", "site", [.. Good.Where(pair => pair.Item1 != change.Item1), change]);
            Assert.Equal((400, error), (answer.Status, answer.Text("error")));
        }

        Assert.Equal("invalid_client", (await host.PostAsync("/connect/par", null, Good)).Text("error"));
        Assert.Equal("invalid_client", (await host.PostRawAsync("/connect/par", "response_type=code", authorization: RawRequest.Basic("site", "another secret"))).Text("error"));
        Assert.Equal("invalid_request", (await host.PostAsync("/connect/par", "site", [.. Good, ("client_id", "shop")])).Text("error"));
        Assert.Equal(405, (await host.GetAsync("/connect/par")).Status);
    }

    private static string Address(string client, Answer pushed) => $"/connect/authorize?client_id={client}&request_uri={pushed.Text("request_uri")}";

    private static async Task IsRefusedAsync(Browser browser, string address)
    {
        var stop = await browser.OpenAsync(address);
        Assert.Equal((400, "This request cannot be answered", null), (stop.Answer.Status, stop.Heading, stop.Left));
    }

    private async Task<Answer> PushAsync(string client)
    {
        var pushed = await host.PostAsync("/connect/par", client, Good);
        Assert.Equal(201, pushed.Status);
        return pushed;
    }
}
