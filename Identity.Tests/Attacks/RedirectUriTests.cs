using Identity.OpenId.Authorize;
using Identity.OpenId.Token;
using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>RFC 9700 §4.1: an answer goes where the client registered it to go, character by character, and nowhere else.</summary>
public sealed class RedirectUriTests(AttackHost host) : IClassFixture<AttackHost>
{
    private const string Web = "site";
    private const string Native = "native";

    public static TheoryData<string, string> Elsewhere => new()
    {
        // Another host behind a look-alike.
        { Web, "https://evil.example/callback" },
        { Web, "https://rp.example@evil.example/callback" },
        { Web, "https://rp.example:443@evil.example/callback" },
        { Web, "https://evil.example#@rp.example/callback" },
        { Web, "https://evil.example?@rp.example/callback" },
        { Web, "https://evil.example\\@rp.example/callback" },
        { Web, "https://rp.example\\.evil.example/callback" },
        { Web, "https:\\\\rp.example\\callback" },
        { Web, "https://rp.example.evil.example/callback" },
        { Web, "https://rp.example%2eevil.example/callback" },
        { Web, "https://rp.example%2f.evil.example/callback" },
        { Web, "https://rp.example%00.evil.example/callback" },
        { Web, "https://evil.rp.example/callback" },
        { Web, "https://rp.exаmple/callback" },
        { Web, "https://xn--rp-exmple-x7f.example/callback" },
        { Web, "https://ｒｐ.example/callback" },
        { Web, "https://rp。example/callback" },
        { Web, "https://rp.example./callback" },
        { Web, "https://RP.example/callback" },
        { Web, "HTTPS://rp.example/callback" },
        { Web, "https://user@rp.example/callback" },
        { Web, "https://user:password@rp.example/callback" },
        { Web, "https://rp.example:8443/callback" },
        { Web, "https://rp.example:443/callback" },
        { Web, "http://rp.example/callback" },
        { Web, "//rp.example/callback" },
        { Web, "///rp.example/callback" },
        { Web, "rp.example/callback" },
        { Web, "/callback" },
        { Web, "https:/rp.example/callback" },
        { Web, "https:rp.example/callback" },
        // Another place on the right host.
        { Web, "https://rp.example/callback/" },
        { Web, "https://rp.example/Callback" },
        { Web, "https://rp.example/callback/../open" },
        { Web, "https://rp.example/open/../callback" },
        { Web, "https://rp.example/./callback" },
        { Web, "https://rp.example/callback/." },
        { Web, "https://rp.example//callback" },
        { Web, "https://rp.example/%2e%2e/callback" },
        { Web, "https://rp.example/%63allback" },
        { Web, "https://rp.example%2fcallback" },
        { Web, "https://rp.example/callback%2f" },
        { Web, "https://rp.example/callback%00" },
        { Web, "https://rp.example/callback%0d%0aLocation:%20https://evil.example" },
        { Web, "https://rp.example/callback;x" },
        { Web, "https://rp.example/callback?" },
        { Web, "https://rp.example/callback?next=https://evil.example" },
        { Web, "https://rp.example/callback#" },
        { Web, "https://rp.example/callback#fragment" },
        { Web, "https://rp.example/callback " },
        { Web, " https://rp.example/callback" },
        { Web, "https://rp.example/callback\t" },
        { Web, "https://rp.example/call\nback" },
        { Web, "https://rp.example/callback\r\nX-Injected: 1" },
        { Web, "https://rp.example/callback\0" },
        { Web, "https://rp.example/callback\u0085" },
        { Web, "https://rp.example/callback,https://evil.example" },
        { Web, "https://rp.example/callback https://evil.example" },
        { Web, "*" },
        { Web, "https://*" },
        // No web address at all.
        { Web, "javascript:alert(1)" },
        { Web, "java\tscript:alert(1)" },
        { Web, "JavaScript://rp.example/callback%0aalert(1)" },
        { Web, "data:text/html,<script>alert(1)</script>" },
        { Web, "vbscript:msgbox(1)" },
        { Web, "file:///etc/passwd" },
        { Web, "about:blank" },
        { Web, "blob:https://rp.example/callback" },
        { Web, "com.example.app:/callback" },
        { Web, "urn:ietf:wg:oauth:2.0:oob" },
        { Web, "\"><script>alert(1)</script>" },
        { Web, "https://rp.example/callback\"onload=\"alert(1)" },
        // Loopback: any port of the two addresses, and no more than that.
        { "desktop", "http://127.0.0.1:51004/callback" },
        { "spa", "http://127.0.0.1:51004/callback" },
        { Native, "http://localhost/callback" },
        { Native, "http://localhost:51004/callback" },
        { Native, "https://127.0.0.1:51004/callback" },
        { Native, "http://127.0.0.1:51004/other" },
        { Native, "http://127.0.0.1:51004/callback/" },
        { Native, "http://127.0.0.1:51004/callback?x=1" },
        { Native, "http://127.0.0.1:51004/callback#x" },
        { Native, "http://127.0.0.1:51004" },
        { Native, "http://127.0.0.1:/callback" },
        { Native, "http://127.0.0.1:0/callback" },
        { Native, "http://127.0.0.1:65536/callback" },
        { Native, "http://127.0.0.1:-1/callback" },
        { Native, "http://127.0.0.1:+80/callback" },
        { Native, "http://127.0.0.1:51004x/callback" },
        { Native, "http://127.0.0.1:51004:80/callback" },
        { Native, "http://127.0.0.1:51004@evil.example/callback" },
        { Native, "http://127.0.0.1@evil.example/callback" },
        { Native, "http://user@127.0.0.1:51004/callback" },
        { Native, "http://127.0.0.1.evil.example/callback" },
        { Native, "http://127.0.0.1:51004.evil.example/callback" },
        { Native, "http://127.0.0.1\\@evil.example/callback" },
        { Native, "http://127.0.0.2:51004/callback" },
        { Native, "http://127.1:51004/callback" },
        { Native, "http://0x7f.0.0.1:51004/callback" },
        { Native, "http://2130706433:51004/callback" },
        { Native, "http://0.0.0.0:51004/callback" },
        { Native, "http://[::]:51004/callback" },
        { Native, "http://[0:0:0:0:0:0:0:1]:51004/callback" },
        { Native, "http://[::ffff:127.0.0.1]:51004/callback" },
        { Native, "http://[::1%25lo]:51004/callback" },
        { Native, "http://[::1]evil.example/callback" },
        { Native, "http://127.0.0.1:５１００４/callback" },
        { Native, "com.example.app:/other" },
        { Native, "com.example.app://callback" },
        { Native, "COM.EXAMPLE.APP:/callback" },
        { Native, "com.example.app.evil:/callback" },
        { Native, "com.evil.app:/callback" },
    };

    [Theory, MemberData(nameof(Elsewhere))]
    public async Task An_answer_never_goes_elsewhere(string client, string redirectUri)
    {
        using var browser = new Browser(host);
        foreach (var more in new (string, string?)[][] { [], [("prompt", "none")], [("response_mode", "form_post")], [("response_type", "token")] })
        {
            var stop = await browser.OpenAsync(CodeFlowHost.Request(client, [("redirect_uri", redirectUri), .. more]));
            IsOurErrorPage(stop);
            Assert.DoesNotContain(redirectUri, stop.Answer.Body, StringComparison.Ordinal);
        }

        var posted = await browser.PostAsync("/connect/authorize", ("client_id", client), ("redirect_uri", redirectUri), ("response_type", "code"), ("scope", "openid"), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"));
        IsOurErrorPage(posted);

        var form = new[] { ("redirect_uri", redirectUri), ("response_type", "code"), ("scope", "openid"), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256") };
        var pushed = client is "desktop" ? await host.PostAsync("/connect/par", null, [.. form, ("client_id", client)]) : await host.PostAsync("/connect/par", client, form);
        Assert.Equal((400, "invalid_request", "application/json; charset=utf-8"), (pushed.Status, pushed.Text("error"), pushed.Headers["Content-Type"]));
        Assert.DoesNotContain(redirectUri, pushed.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1/callback")]
    [InlineData("http://127.0.0.1:1/callback")]
    [InlineData("http://127.0.0.1:51004/callback")]
    [InlineData("http://127.0.0.1:65535/callback")]
    [InlineData("http://[::1]/callback")]
    [InlineData("http://[::1]:51004/callback")]
    [InlineData("com.example.app:/callback")]
    public async Task A_native_application_is_answered_on_any_port_of_loopback_and_by_its_own_scheme(string redirectUri)
    {
        using var browser = new Browser(host);
        var stop = await browser.OpenAsync(CodeFlowHost.Request("native", ("redirect_uri", redirectUri), ("prompt", "none")));
        Assert.StartsWith(redirectUri, stop.Left!.OriginalString, StringComparison.Ordinal);
        Assert.Equal("login_required", stop.Parameter("error"));
    }

    [Fact]
    public async Task Two_redirect_uris_none_and_those_of_nobody_are_no_redirect_uri()
    {
        using var browser = new Browser(host);
        var good = CodeFlowHost.Request("site");
        IsOurErrorPage(await browser.OpenAsync($"{good}&redirect_uri={Uri.EscapeDataString(CodeFlowHost.Callback)}"));
        IsOurErrorPage(await browser.OpenAsync($"{good}&redirect_uri=https%3A%2F%2Fevil.example"));
        IsOurErrorPage(await browser.OpenAsync($"{good}&redirect_uri="));
        IsOurErrorPage(await browser.OpenAsync($"{good}&client_id=rival"));
        IsOurErrorPage(await browser.OpenAsync(CodeFlowHost.Request("site", ("redirect_uri", null))));
        IsOurErrorPage(await browser.OpenAsync(CodeFlowHost.Request("site", ("redirect_uri", ""))));
        IsOurErrorPage(await browser.OpenAsync(CodeFlowHost.Request("nobody")));
        IsOurErrorPage(await browser.OpenAsync(CodeFlowHost.Request("site", ("redirect_uri", AttackHost.RivalCallback))));
        IsOurErrorPage(await browser.OpenAsync(CodeFlowHost.Request("site", ("redirect_uri", $"https://rp.example/{new string('a', 2050)}"))));
        // A parameter that is mistaken in itself is told to the client that is proved.
        Assert.Equal("invalid_request", (await browser.OpenAsync($"{good}&scope=openid")).Parameter("error"));
    }

    [Theory]
    [InlineData("https://rp.example/a", false, true)]
    [InlineData("http://127.0.0.1/a", true, true)]
    [InlineData("com.example.app:/a", true, true)]
    [InlineData("com.example.app:/a", false, false)]
    [InlineData("myapp:/a", true, false)]
    [InlineData("http://rp.example/a", false, false)]
    [InlineData("http://rp.example/a", true, false)]
    [InlineData("http://127.0.0.1.evil.example/a", true, false)]
    [InlineData("https://rp.example/a#b", false, false)]
    [InlineData("https://user@rp.example/a", false, false)]
    [InlineData("https://rp.example/a/../b", false, false)]
    [InlineData("https://rp.example/a/..", false, false)]
    [InlineData("https://*.rp.example/a", false, false)]
    [InlineData("https://rp.example\\a", false, false)]
    [InlineData("https://rp.exаmple/a", false, false)]
    [InlineData("https://rp.example/\n", false, false)]
    [InlineData("javascript:alert(1)", false, false)]
    [InlineData("javascript:alert(1)", true, false)]
    [InlineData("data:text/html,x", true, false)]
    [InlineData("file:///a", true, false)]
    [InlineData("/a", false, false)]
    public void What_may_be_registered(string uri, bool native, bool good) => Assert.Equal(good, RedirectUri.Mistake(uri, native) is null);

    private static void IsOurErrorPage(Stop stop)
    {
        Assert.Null(stop.Left);
        Assert.Equal((400, "This request cannot be answered"), (stop.Answer.Status, stop.Heading));
        Assert.False(stop.Answer.Headers.ContainsKey("Location"));
        Assert.Empty(stop.Document.QuerySelectorAll("script, form, meta[http-equiv]"));
        Assert.DoesNotContain("evil", stop.Answer.Body, StringComparison.Ordinal);
    }
}
