using Identity.OpenId.Token;
using Identity.Tests.Support;

namespace Identity.Tests.Attacks;

/// <summary>RFC 9700 §4.8: whoever can touch a request must not be able to take its proof out or make it weaker.</summary>
public sealed class PkceDowngradeTests(AttackHost host) : IClassFixture<AttackHost>
{
    public static TheoryData<string, string, string?, string?> Weakened => new()
    {
        { "a challenge without a method, which would be plain", "site", Pkce.Challenge(CodeFlowHost.Verifier), null },
        { "plain", "site", CodeFlowHost.Verifier, "plain" },
        { "plain in other letters", "site", CodeFlowHost.Verifier, "PLAIN" },
        { "a method in other letters", "site", Pkce.Challenge(CodeFlowHost.Verifier), "s256" },
        { "another method", "site", Pkce.Challenge(CodeFlowHost.Verifier), "S512" },
        { "a stripped challenge", "site", null, "S256" },
        { "a stripped challenge and method", "site", null, null },
        { "a stripped challenge of a public client", "spa", null, null },
        { "a stripped challenge of a native client", "native", null, null },
        { "a stripped challenge of a public client that asked to do without", "laxpublic", null, null },
        { "plain, where PKCE is not required", "lax", CodeFlowHost.Verifier, "plain" },
        { "no method, where PKCE is not required", "lax", Pkce.Challenge(CodeFlowHost.Verifier), null },
        { "a method without a challenge, where PKCE is not required", "lax", null, "S256" },
        { "a challenge that nothing hashes to", "site", "short", "S256" },
        { "an empty challenge", "spa", "", "S256" },
    };

    [Theory, MemberData(nameof(Weakened))]
    public async Task A_weakened_request_is_refused(string how, string client, string? challenge, string? method)
    {
        var redirectUri = client is "native" ? "com.example.app:/callback" : CodeFlowHost.Callback;
        using var browser = new Browser(host);
        var stop = await browser.OpenAsync(CodeFlowHost.Request(client, ("redirect_uri", redirectUri), ("code_challenge", challenge), ("code_challenge_method", method)));
        Assert.True(stop.Parameter("error") == "invalid_request", how);

        var form = new List<(string, string)> { ("redirect_uri", redirectUri), ("response_type", "code"), ("scope", "openid") };
        form.AddRange(challenge is null ? [] : [("code_challenge", challenge)]);
        form.AddRange(method is null ? [] : [("code_challenge_method", method)]);
        var pushed = client is "laxpublic"
            ? await host.PostAsync("/connect/par", null, [.. form, ("client_id", client)])
            : await host.PostAsync("/connect/par", client, [.. form]);
        Assert.True(pushed.Status == 400 && pushed.Text("error") == "invalid_request", how);
    }

    [Fact]
    public async Task A_verifier_for_a_code_whose_challenge_was_cut_out_is_refused()
    {
        var code = await host.NewCodeAsync("lax", "stripped", ("code_challenge", null), ("code_challenge_method", null));
        var answer = await host.RedeemAsync("lax", code);
        Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Text("error")));
        // A client that never sent one is not asked for one.
        Assert.Equal(200, (await host.RedeemAsync("lax", code, verifier: null)).Status);
    }

    [Fact]
    public async Task A_challenge_binds_also_a_client_that_could_do_without()
    {
        var code = await host.NewCodeAsync("lax", "bound");
        var answer = await host.RedeemAsync("lax", code, verifier: null);
        Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Text("error")));
        Assert.Equal(200, (await host.RedeemAsync("lax", code)).Status);
    }

    [Fact]
    public async Task What_stands_beside_a_pushed_request_does_not_count()
    {
        using var browser = new Browser(host);
        await host.AddAccountAsync(new Identity.Server.Accounts.NewAccount { UserName = "beside" });
        var pushed = await host.PostAsync("/connect/par", "rival", ("redirect_uri", CodeFlowHost.Callback), ("response_type", "code"), ("scope", "openid"), ("state", "pushed"), ("code_challenge", Pkce.Challenge(CodeFlowHost.Verifier)), ("code_challenge_method", "S256"));
        var thief = Pkce.Challenge(new string('t', 43));
        var back = await browser.ArriveAsync(CodeFlowHost.Request("rival", ("request_uri", pushed.Text("request_uri")), ("redirect_uri", AttackHost.RivalCallback), ("code_challenge", thief), ("state", "another")), "beside");
        Assert.Equal(CodeFlowHost.Callback, back.Left!.GetLeftPart(UriPartial.Path));
        Assert.Equal("pushed", back.Parameter("state"));
        Assert.Equal(400, (await host.RedeemAsync("rival", back.Parameter("code")!, new string('t', 43))).Status);
        Assert.Equal(200, (await host.RedeemAsync("rival", back.Parameter("code")!)).Status);
    }
}
