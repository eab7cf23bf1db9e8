using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>prompt=select_account, OpenID Connect Core §3.1.2.1.</summary>
public sealed class SelectAccountTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task A_person_goes_on_as_who_is_signed_in_or_as_somebody_else()
    {
        var (one, two) = (await host.AddAccountAsync(new NewAccount { UserName = "one", Nickname = "Number One" }), await host.AddAccountAsync(new NewAccount { UserName = "two" }));
        using var browser = new Browser(host);
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("site"), "one")).Parameter("code"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var choice = await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "select_account")));
        Assert.Equal("Choose an account", choice.Heading);
        Assert.Equal(one.Subject, await SubjectAsync(await browser.SubmitAsync(choice, "Continue as Number One")));

        // Chosen for that request and no other.
        choice = await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "select_account")));
        Assert.Equal("Choose an account", choice.Heading);
        var signIn = await browser.OpenAsync(choice.Document.QuerySelector("a.button")!.GetAttribute("href")!);
        Assert.Equal("Sign in", signIn.Heading);
        Assert.Equal(two.Subject, await SubjectAsync(await browser.SignInAsync(signIn, "two")));
        Assert.Equal(two.Subject, await SubjectAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none")))));
    }

    [Fact]
    public async Task Nobody_is_asked_to_choose_after_a_fresh_sign_in_and_nobody_without_being_there()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "fresh" });
        using var browser = new Browser(host);
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("site", ("prompt", "select_account")), "fresh")).Parameter("code"));
        Assert.Equal("invalid_request", (await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "none select_account")))).Parameter("error"));
        // Both may be asked for together: the sign-in is the choice.
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Sign in", (await browser.OpenAsync(CodeFlowHost.Request("site", ("prompt", "login select_account")))).Heading);
    }

    private async Task<string> SubjectAsync(Stop back) => Jwt.Payload((await host.RedeemAsync("site", back.Parameter("code")!)).Text("id_token")).GetProperty("sub").GetString()!;
}
