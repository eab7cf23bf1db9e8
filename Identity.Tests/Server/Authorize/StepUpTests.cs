using System.Text.Json;
using Identity.OpenId.Authorize;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Authorize;

/// <summary>A client that wants two steps, and sessions that have one (OpenID Connect Core §3.1.2.1, §5.5.1.1; Unmet Authentication Requirements 1.0).</summary>
public sealed class StepUpTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Essential = """{"id_token":{"acr":{"essential":true,"value":"urn:cloudmind:acr:mfa"}}}""";
    private const string Voluntary = """{"id_token":{"acr":{"value":"urn:cloudmind:acr:mfa"}}}""";

    public static TheoryData<string, string> Wishes => new()
    {
        { "acr_values", AuthenticationContext.MultiFactor },
        { "acr_values", $"urn:other {AuthenticationContext.MultiFactor}" },
        { "claims", Voluntary },
        { "claims", Essential },
    };

    [Theory, MemberData(nameof(Wishes))]
    public async Task A_session_with_a_password_alone_is_asked_for_the_second_step_alone(string parameter, string value)
    {
        var (name, phone, browser) = await WithPasswordAloneAsync();
        using var _ = browser;
        var signedIn = host.Clock.GetUtcNow();
        host.Clock.Advance(TimeSpan.FromMinutes(7));
        var page = await browser.OpenAsync(CodeFlowHost.Request("shop", (parameter, value)));
        Assert.Equal("Second step", page.Heading);
        Assert.Contains("The Shop", page.Document.QuerySelector(".lead")!.TextContent, StringComparison.Ordinal);
        // Looking at it again, or going back to it, asks for the same.
        Assert.Equal("Second step", (await browser.OpenAsync(page.Address.PathAndQuery)).Heading);
        var wrong = await browser.SubmitAsync(page, "Sign in", ("code", "000000"));
        Assert.Equal("Second step", wrong.Heading);
        var consent = await browser.SubmitAsync(wrong, "Sign in", ("code", phone.Now(host)));
        var back = await browser.SubmitAsync(consent, consent.Document.QuerySelector("button[name=allow][value=true], form button")!.TextContent.Trim());
        var claims = await ClaimsAsync("shop", back);
        Assert.Equal("""["pwd","otp","mfa"] urn:cloudmind:acr:mfa""", What(claims));
        // The password was given when it was given.
        Assert.Equal(signedIn.ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        // The session has it from now on.
        Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value), ("prompt", "none")))).Parameter("code"));
        Assert.Equal(name, (await host.FindAccountAsync(name)).UserName);
    }

    [Fact]
    public async Task A_remembered_device_is_asked_all_the_same_by_a_client_that_wants_both_and_one_that_takes_either_is_content()
    {
        var (name, phone, browser) = await WithPasswordAloneAsync();
        using var _ = browser;
        // A new sign-in on the device, on the way to such a client.
        await browser.SubmitAsync(await browser.OpenAsync("/sign-out"));
        var second = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("claims", Essential))), name);
        Assert.Equal("Second step", second.Heading);
        Assert.Equal("""["pwd","otp","mfa"] urn:cloudmind:acr:mfa""", What(await ClaimsAsync("site", await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host))))));

        var (_, _, other) = await WithPasswordAloneAsync();
        using var __ = other;
        var back = await other.OpenAsync(CodeFlowHost.Request("site", ("acr_values", $"{AuthenticationContext.MultiFactor} {AuthenticationContext.Password}")));
        Assert.Equal("""["pwd"] urn:cloudmind:acr:password""", What(await ClaimsAsync("site", back)));
    }

    [Fact]
    public async Task Without_a_page_an_essential_class_fails_and_a_voluntary_one_is_answered_truthfully()
    {
        var (_, _, browser) = await WithPasswordAloneAsync();
        using var _ = browser;
        Assert.Equal("login_required", (await browser.OpenAsync(CodeFlowHost.Request("site", ("claims", Essential), ("prompt", "none")))).Parameter("error"));
        foreach (var (parameter, value) in new[] { ("acr_values", AuthenticationContext.MultiFactor), ("claims", Voluntary) })
        {
            var back = await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value), ("prompt", "none")));
            Assert.Equal("""["pwd"] urn:cloudmind:acr:password""", What(await ClaimsAsync("site", back)));
        }
    }

    [Fact]
    public async Task An_account_without_a_second_step_fails_an_essential_class_and_proceeds_with_a_voluntary_one()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "single" });
        using var browser = new Browser(host);
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "single");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("claims", Essential)));
        Assert.Equal("Sign in", page.Heading);
        var back = await browser.SignInAsync(page, "single");
        Assert.Equal(("unmet_authentication_requirements", null), (back.Parameter("error"), back.Parameter("code")));
        foreach (var (parameter, value) in new[] { ("acr_values", AuthenticationContext.MultiFactor), ("claims", Voluntary) })
        {
            Assert.Equal("""["pwd"] urn:cloudmind:acr:password""", What(await ClaimsAsync("site", await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value))))));
        }
    }

    [Fact]
    public async Task The_second_step_of_one_session_does_nothing_for_another()
    {
        var (_, phone, browser) = await WithPasswordAloneAsync();
        using var _ = browser;
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("claims", Essential)));
        // Meanwhile somebody else signs in, in the same browser.
        await host.AddAccountAsync(new NewAccount { UserName = "meanwhile" });
        await browser.SignInAsync(await browser.OpenAsync("/sign-in"), "meanwhile");
        var after = await browser.SubmitAsync(page, "Sign in", ("code", phone.Now(host)));
        Assert.Null(after.Parameter("code"));
        Assert.Equal("""["pwd"] urn:cloudmind:acr:password""", What(await ClaimsAsync("site", await browser.OpenAsync(CodeFlowHost.Request("site")))));
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "60")]
    [InlineData("max_age", "0")]
    public async Task A_demand_for_a_fresh_sign_in_asks_for_both_steps_of_an_account_that_has_two(string parameter, string value)
    {
        var name = $"fresh-{parameter}-{value}".Replace('_', '-');
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = name });
        using var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)));
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        if (value == "60")
        {
            // To the second: sixty is not more than sixty.
            Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("site", (parameter, value)))).Parameter("code"));
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var second = await browser.ToSecondStepAsync(name, CodeFlowHost.Request("site", (parameter, value)));
        var claims = await ClaimsAsync("site", await browser.SubmitAsync(second, "Sign in", ("code", phone.Now(host))));
        Assert.Equal("""["pwd","otp","mfa"] urn:cloudmind:acr:mfa""", What(claims));
        Assert.Equal(host.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
    }

    [Fact]
    public async Task A_request_that_wants_more_ends_in_no_circle_when_two_step_verification_goes_meanwhile()
    {
        var (name, _, browser) = await WithPasswordAloneAsync();
        using var _ = browser;
        var page = await browser.OpenAsync(CodeFlowHost.Request("site", ("acr_values", AuthenticationContext.MultiFactor)));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.Services.GetRequiredService<Identity.Server.Accounts.SecondFactors.TwoStepVerification>().TurnOffAsync(await host.FindAccountAsync(name), "an operator", null, null, default);
        Assert.Equal("Sign in", (await browser.SubmitAsync(page, "Sign in", ("code", "000000"))).Heading);
    }

    private static int people;

    // By way of a remembered device.
    private async Task<(string Name, AuthenticatorPhone Phone, Browser Browser)> WithPasswordAloneAsync()
    {
        var name = $"stepper-{Interlocked.Increment(ref people)}";
        var (phone, _) = await host.AddTwoStepAccountAsync(new NewAccount { UserName = name });
        var browser = new Browser(host);
        await browser.SubmitAsync(await browser.ToSecondStepAsync(name), "Sign in", ("code", phone.Now(host)), ("rememberDevice", "true"));
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("Your account", (await browser.SignInAsync(await browser.OpenAsync("/sign-in"), name)).Heading);
        return (name, phone, browser);
    }

    private async Task<JsonElement> ClaimsAsync(string client, Stop back)
    {
        Assert.NotNull(back.Parameter("code"));
        return Jwt.Payload((await host.RedeemAsync(client, back.Parameter("code")!)).Text("id_token"));
    }

    private static string What(JsonElement claims) => $"{claims.GetProperty("amr").GetRawText()} {claims.GetProperty("acr").GetString()}";
}
