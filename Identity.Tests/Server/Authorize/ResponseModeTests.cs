using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and OAuth 2.0 Form Post Response Mode.</summary>
public sealed class ResponseModeTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Hostile = "\"><script>alert(1)</script>&amp;'\u00e9 中";

    [Fact]
    public async Task Form_post_hands_over_a_code_that_can_be_redeemed()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "former" });
        using var browser = new Browser(host);
        var stop = await browser.ArriveAsync(CodeFlowHost.Request("site", ("response_mode", "form_post"), ("state", Hostile)), "former");
        Assert.Equal((200, "text/html; charset=utf-8", "no-store"), (stop.Answer.Status, stop.Answer.Headers["Content-Type"], stop.Answer.Headers["Cache-Control"]));
        var form = Assert.Single(stop.Document.Forms);
        Assert.Equal(("post", CodeFlowHost.Callback), (form.Method, form.GetAttribute("action")));
        Assert.Equal(["code", "state", "iss"], form.QuerySelectorAll("input").Select(input => input.GetAttribute("name")));
        Assert.Equal((Hostile, host.Issuer), (stop.Field("state"), stop.Field("iss")));
        Assert.DoesNotContain("<script>alert", stop.Answer.Body, StringComparison.Ordinal);
        // Without scripts there is a button.
        Assert.Contains("<noscript><button>Continue</button></noscript>", stop.Answer.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await host.RedeemAsync("site", stop.Field("code")!)).Status);
    }

    [Fact]
    public async Task Form_post_hands_over_an_error()
    {
        using var browser = new Browser(host);
        var stop = await browser.OpenAsync(CodeFlowHost.Request("site", ("response_mode", "form_post"), ("state", Hostile), ("prompt", "none")));
        Assert.Equal(["error", "error_description", "state", "iss"], stop.Document.QuerySelectorAll("input").Select(input => input.GetAttribute("name")));
        Assert.Equal(("login_required", Hostile, host.Issuer), (stop.Field("error"), stop.Field("state"), stop.Field("iss")));
    }

    [Fact]
    public async Task Fragment_hands_over_a_code_and_an_error_where_no_server_sees_them()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "fragment" });
        using var browser = new Browser(host);
        var back = await browser.ArriveAsync(CodeFlowHost.Request("spa", ("response_mode", "fragment"), ("state", Hostile)), "fragment");
        Assert.StartsWith($"{CodeFlowHost.Callback}#code=", back.Left!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(("", Hostile, host.Issuer), (back.Left.Query, back.Parameter("state"), back.Parameter("iss")));
        Assert.Equal(200, (await host.RedeemAsync("spa", back.Parameter("code")!)).Status);
        var refused = await browser.OpenAsync(CodeFlowHost.Request("spa", ("response_mode", "fragment"), ("scope", "phone")));
        Assert.StartsWith($"{CodeFlowHost.Callback}#error=invalid_scope&", refused.Left!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web_message")]
    [InlineData("query.jwt")]
    [InlineData("FRAGMENT")]
    public async Task A_mode_that_is_not_offered_is_refused_in_the_query(string mode)
    {
        using var browser = new Browser(host);
        var stop = await browser.OpenAsync(CodeFlowHost.Request("site", ("response_mode", mode)));
        Assert.StartsWith($"{CodeFlowHost.Callback}?error=invalid_request&", stop.Left!.OriginalString, StringComparison.Ordinal);
    }
}
