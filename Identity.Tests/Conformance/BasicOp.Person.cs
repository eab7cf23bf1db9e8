using Identity.OpenId.Authorize;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Parameters about the person: who, how long ago, shown how, in which words.</summary>
public sealed partial class BasicOp
{
    [Fact, Module("oidcc-display-page")]
    public Task Display_page() => WishAsync("display-page", "display", "page");

    [Fact, Module("oidcc-display-popup")]
    public Task Display_popup() => WishAsync("display-popup", "display", "popup");

    [Fact, Module("oidcc-ui-locales")]
    public Task Languages_of_the_pages() => WishAsync("ui-locales", "ui_locales", "se");

    [Fact, Module("oidcc-claims-locales")]
    public Task Languages_of_the_claims() => WishAsync("claims-locales", "claims_locales", "se");

    [Fact, Module("oidcc-ensure-request-with-acr-values-succeeds")]
    public async Task One_of_the_advertised_classes_is_the_one_that_is_told()
    {
        using var suite = await Suite.OfAsync(host, "acr");
        var advertised = (await host.GetAsync("/.well-known/openid-configuration")).Json.GetProperty("acr_values_supported").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(AuthenticationContext.Supported, advertised);
        var tokens = await suite.AuthorizeAsync(("acr_values", string.Join(' ', advertised)));
        Assert.Contains(Jwt.Payload(tokens.Text("id_token")).GetProperty("acr").GetString(), advertised);
    }

    [Fact, Module("oidcc-prompt-login")]
    public async Task Prompt_login_asks_again_and_the_second_sign_in_is_later()
    {
        using var suite = await Suite.OfAsync(host, "prompt-login");
        var first = await suite.AuthorizeAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await suite.AuthorizeAsync(("prompt", "login"));
        Assert.Equal(["/sign-in"], suite.Shown);
        Assert.Equal((Suite.Subject(first), Suite.AuthTime(first) + 1), (Suite.Subject(second), Suite.AuthTime(second)));
    }

    [Fact, Module("oidcc-prompt-none-not-logged-in")]
    public async Task Prompt_none_without_a_session_is_an_error_and_not_a_page()
    {
        using var suite = await Suite.OfAsync(host, "prompt-none-out");
        var request = suite.Request(("prompt", "none"));
        var back = await suite.WalkAsync(request);
        Assert.Empty(suite.Shown);
        Assert.Equal(("login_required", request["state"], host.Issuer, null), (back.Parameter("error"), back.Parameter("state"), back.Parameter("iss"), back.Parameter("code")));
    }

    [Fact, Module("oidcc-prompt-none-logged-in")]
    public async Task Prompt_none_with_a_session_answers_without_a_page()
    {
        using var suite = await Suite.OfAsync(host, "prompt-none-in");
        var first = await suite.AuthorizeAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await SilentAsync(suite, first, ("prompt", "none"));
    }

    [Fact, Module("oidcc-max-age-1")]
    public async Task Max_age_1_asks_again_when_the_sign_in_is_older()
    {
        using var suite = await Suite.OfAsync(host, "max-age-1");
        var first = await suite.AuthorizeAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await suite.AuthorizeAsync(("max_age", "1"));
        Assert.Equal(["/sign-in"], suite.Shown);
        Assert.Equal((Suite.Subject(first), Suite.AuthTime(first) + 2), (Suite.Subject(second), Suite.AuthTime(second)));
    }

    [Fact, Module("oidcc-max-age-10000")]
    public async Task Max_age_10000_does_not_ask_again()
    {
        using var suite = await Suite.OfAsync(host, "max-age-10000");
        var first = await suite.AuthorizeAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await SilentAsync(suite, first, ("max_age", "10000"));
    }

    [Fact, Module("oidcc-id-token-hint")]
    public async Task A_hint_about_who_is_signed_in_is_answered_without_a_page()
    {
        using var suite = await Suite.OfAsync(host, "hinted");
        var first = await suite.AuthorizeAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await SilentAsync(suite, first, ("prompt", "none"), ("id_token_hint", first.Text("id_token")));
        // The suite cannot see the other half: somebody else's hint.
        using var other = await Suite.OfAsync(host, "hinted-not");
        await other.AuthorizeAsync();
        var back = await other.WalkAsync(other.Request(("prompt", "none"), ("id_token_hint", first.Text("id_token"))));
        Assert.Equal("login_required", back.Parameter("error"));
    }

    [Fact, Module("oidcc-login-hint")]
    public async Task A_login_hint_stands_in_the_form()
    {
        using var suite = await Suite.OfAsync(host, "login-hint");
        var request = suite.Request(("login_hint", "login-hint@example.com"));
        var page = await suite.Browser.OpenAsync(Suite.Address(request));
        Assert.Equal("login-hint@example.com", page.Document.QuerySelector("input[name=username]")?.GetAttribute("value"));
        await suite.CheckAsync(request, await suite.RedeemAsync(request, await suite.WalkAsync(page)));
    }

    private async Task WishAsync(string person, string parameter, string value)
    {
        using var suite = await Suite.OfAsync(host, person);
        await suite.AuthorizeAsync((parameter, value));
        Assert.Equal(["/sign-in", "/consent"], suite.Shown);
    }

    // No page, and the same person with the same sign-in.
    private static async Task SilentAsync(Suite suite, Answer first, params (string Name, string? Value)[] parameters)
    {
        var second = await suite.AuthorizeAsync(parameters);
        Assert.Empty(suite.Shown);
        Assert.Equal((Suite.Subject(first), Suite.AuthTime(first)), (Suite.Subject(second), Suite.AuthTime(second)));
    }
}
