using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>What is refused, and where the refusal may be seen.</summary>
public sealed partial class BasicOp
{
    [Fact, Module("oidcc-response-type-missing")]
    public async Task Without_response_type_the_client_is_told_so()
    {
        using var suite = await Suite.OfAsync(host, "typeless");
        var request = suite.Request(("response_type", null));
        var back = await suite.WalkAsync(request);
        Assert.Empty(suite.Shown);
        Assert.Equal(("invalid_request", request["state"], host.Issuer), (back.Parameter("error"), back.Parameter("state"), back.Parameter("iss")));
    }

    [Fact, Module("oidcc-idtoken-unsigned")]
    public async Task Unsigned_id_tokens_are_not_offered()
    {
        var metadata = (await host.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.DoesNotContain(metadata.GetProperty("id_token_signing_alg_values_supported").EnumerateArray(), algorithm => algorithm.ValueEquals("none"));
    }

    [Fact, Module("oidcc-codereuse")]
    public async Task A_code_is_good_once()
    {
        using var suite = await Suite.OfAsync(host, "code-twice");
        await ReuseAsync(suite, TimeSpan.Zero);
    }

    [Fact, Module("oidcc-codereuse-30seconds")]
    public async Task A_code_that_comes_back_later_ends_what_it_gave()
    {
        using var suite = await Suite.OfAsync(host, "code-30s");
        var first = await ReuseAsync(suite, TimeSpan.FromSeconds(30));
        Assert.Equal(401, (await host.UserInfoAsync(first.AccessToken)).Status);
    }

    [Fact, Module("oidcc-ensure-registered-redirect-uri")]
    public async Task An_address_that_is_not_registered_gets_a_page_and_no_redirect()
    {
        using var suite = await Suite.OfAsync(host, "elsewhere");
        foreach (var address in new[] { SuiteHost.Callback + "/more", SuiteHost.Callback + "?dummy1=lorem", "https://suite.example/", "https://evil.example/callback" })
        {
            IsRefused(await suite.WalkAsync(suite.Request(("redirect_uri", address))));
        }
    }

    [Fact, Module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")]
    public async Task A_request_object_is_refused_by_its_name()
    {
        using var suite = await Suite.OfAsync(host, "object");
        var request = suite.Request();
        var back = await suite.WalkAsync(suite.Request(("request", Suite.Unsigned(request))));
        Assert.Empty(suite.Shown);
        Assert.Equal("request_not_supported", back.Parameter("error"));
        await IsNotOfferedAsync("request_parameter_supported");
    }

    [Fact, Module("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")]
    public async Task A_reference_to_a_request_object_is_refused_by_its_name_and_not_fetched()
    {
        using var suite = await Suite.OfAsync(host, "reference");
        var back = await suite.WalkAsync(suite.Request(("request_uri", "https://suite.example/requests/1#abc")));
        Assert.Empty(suite.Shown);
        Assert.Equal("request_uri_not_supported", back.Parameter("error"));
        Assert.DoesNotContain(host.Outside.Calls, call => call.Address.Contains("/requests/", StringComparison.Ordinal));
        await IsNotOfferedAsync("request_uri_parameter_supported");
    }

    [Fact, Module("oidcc-ensure-request-object-with-redirect-uri")]
    public async Task Beside_a_request_object_an_unregistered_address_is_still_no_place_to_go()
    {
        using var suite = await Suite.OfAsync(host, "object-uri");
        var request = suite.Request();
        IsRefused(await suite.WalkAsync(suite.Request(("redirect_uri", "https://evil.example/callback"), ("request", Suite.Unsigned(request)))));
        await IsNotOfferedAsync("request_parameter_supported");
    }

    private async Task<Answer> ReuseAsync(Suite suite, TimeSpan later)
    {
        var request = suite.Request();
        var back = await suite.WalkAsync(request);
        var first = await suite.RedeemAsync(request, back);
        await suite.CheckAsync(request, first);
        host.Clock.Advance(later);
        var second = await suite.RedeemAsync(request, back);
        Assert.Equal((400, "invalid_grant"), (second.Status, second.Text("error")));
        return first;
    }

    private static void IsRefused(Stop page)
    {
        Assert.Null(page.Left);
        Assert.Equal((400, "This request cannot be answered"), (page.Answer.Status, page.Heading));
    }

    private async Task IsNotOfferedAsync(string member) => Assert.False((await host.GetAsync("/.well-known/openid-configuration")).Json.GetProperty(member).GetBoolean());
}
