using System.Net;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Pages;

/// <summary>A page that was left open for too long, or in a browser that has forgotten its cookies, leads on.</summary>
public sealed class OutOfDateTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_sign_in_form_whose_token_is_gone_comes_again_with_the_name_and_works()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "patient" });
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("site"));
        var again = await browser.SubmitAsync(page, "Sign in", ("username", "patient"), ("password", "correct horse battery"), ("remember", "true"), ("__RequestVerificationToken", "of yesterday"));
        Assert.Equal((400, "Sign in", "patient"), (again.Answer.Status, again.Heading, again.Field("username")));
        Assert.Contains("This form was out of date. Nothing has happened yet: please send it again.", again.Answer.Body, StringComparison.Ordinal);
        Assert.NotNull(again.Document.QuerySelector("input[name=remember][checked]"));
        Assert.DoesNotContain("correct horse", again.Answer.Body, StringComparison.Ordinal);
        Assert.NotNull((await browser.SubmitAsync(again, "Sign in", ("password", "correct horse battery"))).Parameter("code"));
    }

    [Fact]
    public async Task A_sign_in_form_without_a_request_works_also_after_the_browser_forgot_everything()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "forgetful" });
        using var browser = new Browser(host);
        var page = await browser.OpenAsync("/sign-in");
        Forget(browser);
        var again = await browser.SignInAsync(page, "forgetful");
        Assert.Equal((400, "Sign in"), (again.Answer.Status, again.Heading));
        Assert.Equal("Your account", (await browser.SubmitAsync(again, "Sign in", ("password", "correct horse battery"))).Heading);
    }

    [Fact]
    public async Task Every_other_form_comes_again_too_and_nothing_has_happened()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "slow" });
        using var browser = new Browser(host);
        var consent = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("shop")), "slow");
        foreach (var (page, button) in new[] { (consent, "Allow"), (await browser.OpenAsync("/sign-out"), "Sign out") })
        {
            var again = await browser.SubmitAsync(page, button, ("__RequestVerificationToken", "of yesterday"));
            Assert.Equal((400, page.Heading), (again.Answer.Status, again.Heading));
            Assert.Contains("out of date", again.Answer.Body, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", again.Answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        }

        var asked = await browser.SubmitAsync(consent, "Allow", ("__RequestVerificationToken", ""));
        Assert.NotNull((await browser.SubmitAsync(asked, "Allow")).Parameter("code"));
    }

    [Fact]
    public async Task A_request_that_waited_too_long_shows_the_way_back_to_its_application()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "asleep" });
        using var browser = new Browser(host);
        var page = await browser.OpenAsync(CodeFlowHost.Request("shop"));
        host.Clock.Advance(TimeSpan.FromMinutes(60));
        foreach (var stop in new[] { await browser.SignInAsync(page, "asleep"), await browser.OpenAsync(page.Address.PathAndQuery), await browser.SubmitAsync(page, "Back to The Shop") })
        {
            Assert.Equal((400, "This request cannot be answered", null), (stop.Answer.Status, stop.Heading, stop.Left));
            Assert.Contains("This sign-in is over. Please go back to the application and begin again.", stop.Answer.Body, StringComparison.Ordinal);
            Assert.Contains("You came from <strong>The Shop</strong>", stop.Answer.Body, StringComparison.Ordinal);
        }

        // He was not signed in by the way either.
        Assert.Equal("Sign in", (await browser.OpenAsync("/")).Heading);
    }

    private void Forget(Browser browser)
    {
        foreach (Cookie cookie in browser.Cookies.GetCookies(host.Address))
        {
            cookie.Expired = true;
        }
    }
}
