using System.Net;
using Identity.OpenId.Token;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Proofs;

/// <summary>RFC 7523 §3 and OpenID Connect Core §9.</summary>
public sealed class PrivateKeyJwtTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private string Token => $"{host.Issuer}/connect/token";

    [Fact]
    public async Task A_client_proves_itself_with_its_key()
    {
        foreach (var audience in new[] { host.Issuer, Token })
        {
            Assert.Equal(200, (await AskAsync(host.SigningClient.Assertion("signing", audience, host.Clock.GetUtcNow()))).Status);
        }
    }

    [Fact]
    public async Task A_proof_is_used_once_by_fifty_racers()
    {
        var assertion = host.SigningClient.Assertion("signing", host.Issuer, host.Clock.GetUtcNow());
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync(assertion)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("invalid_client", answer.Text("error")));
    }

    public static TheoryData<string, Action<Dictionary<string, object>>> Wrong => new()
    {
        { "foreign audience", claims => claims["aud"] = "https://elsewhere.example" },
        { "no audience", claims => claims.Remove("aud") },
        { "another issuer", claims => claims["iss"] = "site" },
        { "expired", claims => claims["exp"] = 1 },
        { "no expiry", claims => claims.Remove("exp") },
        { "far too long a life", claims => claims["exp"] = 4_000_000_000 },
        { "issued in the future", claims => claims["iat"] = 4_000_000_000 },
        { "not yet good", claims => claims["nbf"] = 4_000_000_000 },
        { "no id", claims => claims.Remove("jti") },
    };

    [Theory, MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_proof_that_is_wrong_in_one_way_is_no_proof(string what, Action<Dictionary<string, object>> change)
    {
        var answer = await AskAsync(host.SigningClient.Assertion("signing", host.Issuer, host.Clock.GetUtcNow(), change));
        Assert.True(answer.Status == 401 && answer.Text("error") == "invalid_client", what);
    }

    [Fact]
    public async Task A_strangers_key_a_secret_and_a_missing_proof_are_refused()
    {
        var strange = new SigningClient().Assertion("signing", host.Issuer, host.Clock.GetUtcNow());
        Assert.Equal("invalid_client", (await AskAsync(strange)).Text("error"));
        Assert.Equal("invalid_client", (await host.TokenAsync("signing", ("grant_type", "client_credentials"))).Text("error"));
        Assert.Equal("invalid_client", (await host.TokenAsync(null, ("grant_type", "client_credentials"), ("client_id", "signing"))).Text("error"));
        Assert.Equal("invalid_request", (await host.TokenAsync("web", ("grant_type", "client_credentials"), ("client_assertion", strange), ("client_assertion_type", ClientAssertion.Type))).Text("error"));
        Assert.Equal("invalid_client", (await AskAsync("not a token")).Text("error"));
    }

    [Fact]
    public async Task Keys_are_fetched_from_the_client_and_kept_and_asked_for_again_when_one_is_new()
    {
        host.Outside.Register("https://rp.example/keys", _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(host.SigningClient.Jwks("old").ToJsonString()) });
        Assert.Equal(200, (await AskAsync(host.SigningClient.Assertion("publishing", host.Issuer, host.Clock.GetUtcNow(), kid: "old"))).Status);
        Assert.Equal(200, (await AskAsync(host.SigningClient.Assertion("publishing", host.Issuer, host.Clock.GetUtcNow(), kid: "old"))).Status);
        Assert.Single(host.Outside.Calls, call => call.Address.EndsWith("/keys", StringComparison.Ordinal));

        host.Outside.Register("https://rp.example/keys", HttpStatusCode.OK, host.SigningClient.Jwks("new").ToJsonString());
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await AskAsync(host.SigningClient.Assertion("publishing", host.Issuer, host.Clock.GetUtcNow(), kid: "new"))).Status);

        // A client whose own server is away is known by what it said last.
        host.Outside.Register("https://rp.example/keys", HttpStatusCode.InternalServerError);
        host.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(200, (await AskAsync(host.SigningClient.Assertion("publishing", host.Issuer, host.Clock.GetUtcNow(), kid: "new"))).Status);
    }

    private Task<Answer> AskAsync(string assertion) =>
        host.TokenAsync(null, ("grant_type", "client_credentials"), ("client_assertion_type", ClientAssertion.Type), ("client_assertion", assertion));
}
