using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>RFC 9207: a client of several servers learns from every answer whose it is.</summary>
public sealed class MixUpTests(AttackHost host) : IClassFixture<AttackHost>
{
    public static TheoryData<string, string, (string, string?)[]> Answers
    {
        get
        {
            var rows = new TheoryData<string, string, (string, string?)[]>();
            foreach (var mode in new[] { "query", "fragment", "form_post" })
            {
                rows.Add(mode, "code", [("prompt", "none")]);
                rows.Add(mode, "unsupported_response_type", [("response_type", "token")]);
                rows.Add(mode, "invalid_scope", [("scope", "openid phone")]);
                rows.Add(mode, "invalid_request", [("code_challenge", null)]);
                rows.Add(mode, "invalid_request", [("max_age", "soon")]);
                rows.Add(mode, "invalid_request", [("prompt", "none login")]);
                rows.Add(mode, "invalid_request", [("id_token_hint", "no token")]);
                rows.Add(mode, "invalid_request", [("nonce", new string('n', 513))]);
                rows.Add(mode, "request_not_supported", [("request", "e30.e30.")]);
                rows.Add(mode, "invalid_target", [("resource", "https://elsewhere.example")]);
                rows.Add(mode, "login_required", [("prompt", "none"), ("max_age", "0")]);
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Answers), DisableDiscoveryEnumeration = true)]
    public async Task Every_answer_names_its_issuer(string mode, string outcome, (string, string?)[] parameters)
    {
        using var browser = await SignedInAsync();
        var metadata = (await host.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.True(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        var stop = await browser.OpenAsync(CodeFlowHost.Request("site", [.. parameters, ("response_mode", mode)]));
        Assert.Equal(metadata.GetProperty("issuer").GetString(), Read(stop, mode, "iss"));
        Assert.Equal("a state", Read(stop, mode, "state"));
        Assert.Equal(outcome == "code" ? null : outcome, Read(stop, mode, "error"));
        Assert.Equal(outcome == "code", Read(stop, mode, "code") is not null);
    }

    [Theory]
    [InlineData("query")]
    [InlineData("fragment")]
    [InlineData("form_post")]
    public async Task A_person_who_declines_answers_with_the_issuer_too(string mode)
    {
        await host.AddAccountAsync(new NewAccount { UserName = $"decliner-{mode}" });
        using var browser = new Browser(host);
        var declined = await browser.SubmitAsync(await browser.OpenAsync(CodeFlowHost.Request("shop", ("response_mode", mode))), "Back to The Shop");
        Assert.Equal(("access_denied", host.Issuer), (Read(declined, mode, "error"), Read(declined, mode, "iss")));
        var page = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("shop", ("response_mode", mode))), $"decliner-{mode}");
        var refused = await browser.SubmitAsync(page, "Do not allow");
        Assert.Equal(("access_denied", host.Issuer, "a state"), (Read(refused, mode, "error"), Read(refused, mode, "iss"), Read(refused, mode, "state")));
    }

    private static string? Read(Stop stop, string mode, string name)
    {
        if (mode is "form_post")
        {
            Assert.Null(stop.Left);
            return stop.Field(name);
        }

        Assert.Equal(mode is "fragment", stop.Left!.Fragment.Length > 0);
        Assert.Equal(mode is "query", stop.Left.Query.Length > 0);
        return stop.Parameter(name);
    }

    private async Task<Browser> SignedInAsync()
    {
        var name = $"mixed{host.Clock.GetUtcNow().ToUnixTimeMilliseconds()}";
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.AddAccountAsync(new NewAccount { UserName = name });
        var browser = new Browser(host);
        Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("site"), name)).Parameter("code"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        return browser;
    }
}
