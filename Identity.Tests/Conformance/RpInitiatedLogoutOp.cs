using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Conformance;

/// <summary>Plan oidcc-rp-initiated-logout-certification-test-plan.</summary>
[Plan("RP-Initiated Logout OP")]
public sealed class RpInitiatedLogoutOp(SuiteHost host) : IClassFixture<SuiteHost>
{
    // The person of the suite has a Chinese account.
    private const string Refusal = "无法处理此请求";

    // As long as the suite's, and of everything that an address can hold.
    private static readonly string State = string.Concat(Enumerable.Repeat("aZ09-._~!$'()*+,;:@/?%&=\"<> é字#", 5))[..128];

    [Fact, Module("oidcc-rp-initiated-logout-discovery-endpoint-verification")]
    public async Task The_metadata_names_the_endpoint()
    {
        await using var https = new HttpsHost();
        await https.InitializeAsync();
        var metadata = (await https.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.StartsWith("https://", metadata.GetProperty("end_session_endpoint").GetString(), StringComparison.Ordinal);
        HttpsHost.AllAddressesAreHttps(metadata);
    }

    [Fact, Module("oidcc-rp-initiated-logout")]
    public async Task With_a_hint_the_session_ends_and_the_person_comes_back_with_the_state()
    {
        using var suite = await Suite.OfAsync(host, "logout");
        var stop = await LogoutAsync(suite, await HintAsync(suite));
        Assert.StartsWith(SuiteHost.PostLogout + "?", stop.Left?.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(["state"], QueryHelpers.ParseQuery(stop.Left!.Query).Keys);
        Assert.Equal(State, stop.Parameter("state"));
        await IsSignedOutAsync(suite);
    }

    [Fact, Module("oidcc-rp-initiated-logout-no-state")]
    public async Task Without_a_state_the_address_is_exactly_the_registered_one()
    {
        using var suite = await Suite.OfAsync(host, "logout-stateless");
        var stop = await LogoutAsync(suite, await HintAsync(suite), state: null);
        Assert.Equal(SuiteHost.PostLogout, stop.Left?.AbsoluteUri);
        await IsSignedOutAsync(suite);
    }

    [Fact, Module("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")]
    public Task An_address_that_is_not_registered_gets_a_page() => RefusesAddressAsync("logout-bad", "https://suite.example/post_logout_redirect/no");

    [Fact, Module("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")]
    public Task An_address_with_a_query_added_gets_a_page() => RefusesAddressAsync("logout-query", SuiteHost.PostLogout + "?foo=bar");

    [Fact, Module("oidcc-rp-initiated-logout-modified-id-token-hint")]
    public async Task A_hint_that_was_changed_gets_a_page()
    {
        using var suite = await Suite.OfAsync(host, "logout-modified");
        var parts = (await HintAsync(suite)).Split('.');
        // A claim changed under the old signature, and the signature itself.
        var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Jwt.Payload(string.Join('.', parts)).GetRawText().Replace("\"sub\":\"u_", "\"sub\":\"v_", StringComparison.Ordinal)));
        foreach (var hint in new[] { $"{parts[0]}.{claims}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2][..^8]}AAAAAAAA", $"{parts[0]}.{parts[1]}." })
        {
            await RefusesHintAsync(suite, hint);
        }
    }

    [Fact, Module("oidcc-rp-initiated-logout-bad-id-token-hint")]
    public async Task A_hint_that_somebody_else_signed_gets_a_page()
    {
        using var suite = await Suite.OfAsync(host, "logout-forged");
        var own = await HintAsync(suite);
        using var key = RSA.Create(2048);
        // Under a key of its own, and under the same with our key's name on it.
        foreach (var kid in new[] { "theirs", Jwt.Header(own).GetProperty("kid").GetString()! })
        {
            await RefusesHintAsync(suite, new JsonWebTokenHandler().CreateToken(Jwt.Payload(own).GetRawText(), new SigningCredentials(new RsaSecurityKey(key) { KeyId = kid }, SecurityAlgorithms.RsaSha256)));
        }
    }

    [Fact, Module("oidcc-rp-initiated-logout-no-id-token-hint")]
    public async Task Without_a_hint_nobody_is_sent_anywhere()
    {
        using var suite = await Suite.OfAsync(host, "logout-hintless");
        await HintAsync(suite);
        var stop = await LogoutAsync(suite, hint: null);
        Assert.Equal((null, Refusal), (stop.Left, stop.Heading));
        await IsSignedInAsync(suite);

        // With the client's name the address can be proved, but not that the person wants to leave.
        stop = await suite.Browser.OpenAsync($"{End(null, SuiteHost.PostLogout, State)}&client_id=suite");
        Assert.Equal((null, "要退出登录吗？"), (stop.Left, stop.Heading));
        await IsSignedInAsync(suite);
        stop = await suite.Browser.SubmitAsync(stop, "退出登录");
        Assert.Equal(State, stop.Parameter("state"));
        await IsSignedOutAsync(suite);
    }

    [Fact, Module("oidcc-rp-initiated-logout-no-params")]
    public Task Without_parameters_the_person_is_asked_and_signed_out() => AsksAsync("logout-empty", _ => End(null, null, null));

    [Fact, Module("oidcc-rp-initiated-logout-only-state")]
    public Task With_a_state_alone_the_person_is_asked_and_signed_out() => AsksAsync("logout-state", _ => End(null, null, State));

    [Fact, Module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")]
    public async Task With_a_hint_alone_the_person_is_told_that_it_is_done()
    {
        using var suite = await Suite.OfAsync(host, "logout-addressless");
        var stop = await suite.Browser.OpenAsync(End(await HintAsync(suite), null, State));
        Assert.Equal((null, "You are signed out"), (stop.Left, stop.Heading));
        await IsSignedOutAsync(suite);
    }

    private static async Task<string> HintAsync(Suite suite) => (await suite.AuthorizeAsync()).Text("id_token");

    private static string End(string? hint, string? redirectUri, string? state) => QueryHelpers.AddQueryString(
        "/connect/endsession",
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["id_token_hint"] = hint, ["post_logout_redirect_uri"] = redirectUri, ["state"] = state }.Where(pair => pair.Value is not null));

    private static Task<Stop> LogoutAsync(Suite suite, string? hint) => LogoutAsync(suite, hint, State);

    private static Task<Stop> LogoutAsync(Suite suite, string? hint, string? state) => suite.Browser.OpenAsync(End(hint, SuiteHost.PostLogout, state));

    private async Task AsksAsync(string person, Func<string, string> address)
    {
        using var suite = await Suite.OfAsync(host, person);
        var page = await suite.Browser.OpenAsync(address(await HintAsync(suite)));
        Assert.Equal((null, "要退出登录吗？"), (page.Left, page.Heading));
        await IsSignedInAsync(suite);
        page = await suite.Browser.SubmitAsync(page, "退出登录");
        Assert.Equal((null, "You are signed out"), (page.Left, page.Heading));
        await IsSignedOutAsync(suite);
    }

    private async Task RefusesAddressAsync(string person, string address)
    {
        using var suite = await Suite.OfAsync(host, person);
        var stop = await suite.Browser.OpenAsync(End(await HintAsync(suite), address, State));
        Assert.Equal((400, null, Refusal), (stop.Answer.Status, stop.Left, stop.Heading));
        Assert.DoesNotContain(address, stop.Answer.Body, StringComparison.Ordinal);
        await IsSignedInAsync(suite);
    }

    private static async Task RefusesHintAsync(Suite suite, string hint)
    {
        var stop = await LogoutAsync(suite, hint);
        Assert.Equal((400, null, Refusal), (stop.Answer.Status, stop.Left, stop.Heading));
        await IsSignedInAsync(suite);
    }

    // What the suite does at the end of each: prompt=none says whether a session is there.
    private static async Task IsSignedOutAsync(Suite suite) => Assert.Equal("login_required", (await suite.WalkAsync(suite.Request(("prompt", "none")))).Parameter("error"));

    private static async Task IsSignedInAsync(Suite suite) => Assert.NotNull((await suite.WalkAsync(suite.Request(("prompt", "none")))).Parameter("code"));
}
