using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>The plan's modules about pushed requests, PKCE and response types.</summary>
public sealed partial class Fapi2SecurityProfile
{
    private const string NoAnswer = "This request cannot be answered";

    [Fact, Module("fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails")]
    public async Task A_request_that_was_not_pushed_is_refused()
    {
        using var browser = new Browser(host);
        var back = await browser.OpenAsync(CodeFlowHost.Request("bank"));
        Assert.Equal(("invalid_request", host.Issuer), (back.Parameter("error"), back.Parameter("iss")));
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request"), Module("fapi2-security-profile-final-par-ensure-pkce-required")]
    [InlineData("code_challenge_method", "plain", "invalid_request"), Module("fapi2-security-profile-final-par-plain-pkce-rejected")]
    [InlineData("response_type", "token", "unsupported_response_type"), Module("fapi2-security-profile-final-ensure-response-type-token-fails")]
    [InlineData("response_type", "code id_token", "unsupported_response_type"), Module("fapi2-security-profile-final-ensure-response-type-code-idtoken-fails")]
    [InlineData("redirect_uri", null, "invalid_request"), Module("fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request"), Module("fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails")]
    [InlineData("redirect_uri", "https://rp.example/callback?x=y", "invalid_request"), Module("fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"), Module("fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    public async Task A_pushed_request_that_is_wrong_in_one_way_is_refused_where_it_is_pushed(string name, string? value, string error) =>
        Assert.Equal((400, error), await RefusalAsync(bank.PushAsync((name, value))));

    [Fact, Module("fapi2-security-profile-final-par-attempt-invalid-http-method")]
    public async Task Nothing_is_pushed_by_another_method()
    {
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Get, HttpMethod.Delete })
        {
            Assert.Equal(405, (await host.SendAsync(new HttpRequestMessage(method, "/connect/par"))).Status);
        }
    }

    [Fact, Module("fapi2-security-profile-final-par-without-duplicate-parameters")]
    public async Task The_reference_and_the_client_are_all_that_a_browser_carries() => Assert.Equal(200, (await bank.SignInAsync("carried")).Status);

    [Theory]
    [InlineData("nonce", "other"), Module("fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object")]
    [InlineData("state", "other"), Module("fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object")]
    [InlineData("redirect_uri", "https://evil.example/")]
    public async Task What_stands_beside_the_reference_is_ignored(string name, string value)
    {
        await host.AddAccountAsync(new NewAccount { UserName = $"beside{name}" });
        using var browser = new Browser(host);
        var back = await browser.ArriveAsync($"{bank.Start(await bank.PushAsync())}&{name}={Uri.EscapeDataString(value)}", $"beside{name}");
        Assert.Equal(("a state", "rp.example"), (back.Parameter("state"), back.Left!.Host));
        Assert.Equal("a nonce", Jwt.Payload((await bank.RedeemAsync(back.Parameter("code")!)).Text("id_token")).GetProperty("nonce").GetString());
    }

    [Fact, Module("fapi2-security-profile-final-state-only-outside-request-object-not-used")]
    public async Task A_state_beside_the_reference_is_nobodys()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "outside" });
        using var browser = new Browser(host);
        var back = await browser.ArriveAsync($"{bank.Start(await bank.PushAsync(("state", null)))}&state=outside", "outside");
        Assert.Null(back.Parameter("state"));
        Assert.False(Jwt.Payload((await bank.RedeemAsync(back.Parameter("code")!)).Text("id_token")).TryGetProperty("s_hash", out _));
    }

    [Fact, Module("fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds")]
    public async Task A_reference_that_was_opened_and_not_answered_can_be_opened_again()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "reloading" });
        using var browser = new Browser(host);
        var start = bank.Start(await bank.PushAsync());
        Assert.Equal("Sign in", (await browser.OpenAsync(start)).Heading);
        Assert.Equal(200, (await bank.RedeemAsync((await browser.ArriveAsync(start, "reloading")).Parameter("code")!)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-par-attempt-reuse-request_uri")]
    public async Task A_reference_that_was_answered_is_over()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "reusing" });
        using var browser = new Browser(host);
        var start = bank.Start(await bank.PushAsync());
        var left = await browser.OpenAsync(start);
        Assert.NotNull((await browser.ArriveAsync(start, "reusing")).Parameter("code"));
        Assert.Equal(NoAnswer, (await browser.OpenAsync(start)).Heading);
        // Nor does the page of the first visit, which still waits, give a second code.
        Assert.Equal(NoAnswer, (await browser.SignInAsync(left, "reusing")).Heading);
    }

    [Fact, Module("fapi2-security-profile-final-par-attempt-to-use-expired-request_uri")]
    public async Task A_reference_that_is_too_old_is_over()
    {
        using var browser = new Browser(host);
        var pushed = await bank.PushAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(pushed.Json.GetProperty("expires_in").GetInt32()));
        Assert.Equal(NoAnswer, (await browser.OpenAsync(bank.Start(pushed))).Heading);
    }

    [Fact, Module("fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client")]
    public async Task A_reference_is_its_clients()
    {
        using var browser = new Browser(host);
        Assert.Equal(NoAnswer, (await browser.OpenAsync(other.Start(await bank.PushAsync()))).Heading);
    }

    [Theory]
    [InlineData(null), Module("fapi2-security-profile-final-ensure-pkce-code-verifier-required")]
    [InlineData("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"), Module("fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected")]
    public async Task A_code_takes_the_verifier_of_its_challenge(string? verifier) =>
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RedeemAsync(await bank.CodeAsync($"verifier{verifier?.Length}"), verifier: verifier)));
}
