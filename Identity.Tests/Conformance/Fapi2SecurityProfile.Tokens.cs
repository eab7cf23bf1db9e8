using Identity.OpenId.Token;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>The plan's modules about the token endpoint and about clients that prove themselves.</summary>
public sealed partial class Fapi2SecurityProfile
{
    private const string Wrong = "https://elsewhere.example";

    [Fact, Module("fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client")]
    public async Task A_code_is_its_clients()
    {
        var code = await bank.CodeAsync("owned");
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(other.RedeemAsync(code)));
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(other.RedeemAsync(code, bank.Proof("/connect/token"))));
        Assert.Equal(200, (await bank.RedeemAsync(code)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second")]
    public async Task A_code_that_comes_again_is_refused_and_ends_what_it_gave()
    {
        var code = await bank.CodeAsync("again");
        var tokens = await bank.RedeemAsync(code);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RedeemAsync(code)));
        Assert.Equal((401, "invalid_token"), await RefusalAsync(bank.ResourceAsync(tokens)));
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RefreshAsync(tokens.RefreshToken)));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code")]
    public async Task A_code_is_good_for_a_minute()
    {
        var code = await bank.CodeAsync("slow");
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RedeemAsync(code)));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-client-id-in-token-endpoint")]
    public async Task The_client_that_is_named_is_the_one_that_signs()
    {
        var code = await bank.CodeAsync("named");
        var (status, error) = await RefusalAsync(bank.TokenAsync(null, ("grant_type", "authorization_code"), ("client_id", "bank2"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier)));
        Assert.Equal((400, "invalid_request"), (status, error));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-holder-of-key-required")]
    public async Task Without_a_proof_there_is_no_token()
    {
        Assert.Equal((400, "invalid_request"), await RefusalAsync(bank.RedeemAsync(await bank.CodeAsync("keyless"), proof: "")));
        Assert.Equal((400, "invalid_request"), await RefusalAsync(new FapiClient(host).TokenAsync("", ("grant_type", "refresh_token"), ("refresh_token", (await bank.SignInAsync("keyless2")).RefreshToken))));
    }

    [Fact, Module("fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint")]
    public async Task Without_an_assertion_there_is_no_client()
    {
        var code = await bank.CodeAsync("unsigned");
        (string, string)[] form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier)];
        Assert.Equal((401, "invalid_client"), await RefusalAsync(bank.SendAsync("/connect/token", bank.Proof("/connect/token"), [.. form, ("client_id", "bank")])));
        Assert.Equal((401, "invalid_client"), await RefusalAsync(host.ProvedTokenAsync("bank", bank.Proof("/connect/token"), form)));
    }

    /// <summary>Each wrong in one way, as <c>ensure-invalid-client-assertions-fail</c> makes them; the modules that it has taken the place of stand beside it.</summary>
    public static TheoryData<string, Action<Dictionary<string, object>>> Assertions => new()
    {
        { "no sub", claims => claims.Remove("sub") },
        { "a wrong sub", claims => claims["sub"] = "bank2" },
        { "no iss", claims => claims.Remove("iss") },
        { "a wrong iss", claims => claims["iss"] = Wrong },
        { "no aud", claims => claims.Remove("aud") },
        { "an unrelated aud", claims => claims["aud"] = Wrong },
        { "the pushed endpoint as aud", claims => claims["aud"] = $"{claims["aud"]}/connect/par" },
        { "the token endpoint as aud", claims => claims["aud"] = $"{claims["aud"]}/connect/token" },
        { "the issuer in an array", claims => claims["aud"] = new[] { claims["aud"] } },
        { "the issuer and more in an array", claims => claims["aud"] = new[] { claims["aud"], $"{claims["aud"]}/connect/token" } },
        { "exp five minutes ago", claims => claims["exp"] = (long)claims["exp"] - 360 },
        { "iat and nbf a minute ahead", claims => Ahead(claims, 62) },
        { "no exp", claims => claims.Remove("exp") },
        { "no jti", claims => claims.Remove("jti") },
    };

    [Theory, MemberData(nameof(Assertions), DisableDiscoveryEnumeration = true)]
    [Module("fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails")]
    [Module("fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails")]
    [Module("fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails")]
    [Module("fapi2-security-profile-final-par-test-array-as-audience-fails")]
    [Module("fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails")]
    [Module("fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails")]
    [Module("fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails")]
    public async Task An_assertion_that_is_wrong_in_one_way_proves_nobody(string what, Action<Dictionary<string, object>> change)
    {
        var refused = await bank.PushAssertingAsync(change);
        Assert.True((refused.Status, refused.Text("error")) == (401, "invalid_client"), what);
        // RFC 6749 §5.2: no header was used, so no scheme of a header is spoken of.
        Assert.False(refused.Headers.ContainsKey("WWW-Authenticate"));
        var (status, error) = await RefusalAsync(bank.SendAsync("/connect/token", bank.Proof("/connect/token"), [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_assertion_type", ClientAssertion.Type), ("client_assertion", bank.Assertion(change))]));
        Assert.True((status, error) == (401, "invalid_client"), what);
    }

    [Fact, Module("fapi2-security-profile-final-ensure-invalid-client-assertions-fail")]
    public async Task Credentials_that_are_no_good_assertion_prove_nobody_and_a_good_one_does()
    {
        var (type, good) = (("client_assertion_type", ClientAssertion.Type), bank.Assertion());
        var forged = good[..^8] + (good.EndsWith("AAAAAAAA", StringComparison.Ordinal) ? "BBBBBBBB" : "AAAAAAAA");
        var none = $"eyJhbGciOiJub25lIn0.{good.Split('.')[1]}.";
        Assert.Equal((401, "invalid_client"), await RefusalAsync(bank.PushWithAsync(("client_id", "bank"))));
        Assert.Equal((400, "invalid_request"), await RefusalAsync(bank.PushWithAsync(("client_assertion", good))));
        Assert.Equal((400, "invalid_request"), await RefusalAsync(bank.PushWithAsync(("client_assertion", good), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:invalid"))));
        Assert.Equal((401, "invalid_client"), await RefusalAsync(bank.PushWithAsync(type, ("client_assertion", forged))));
        Assert.Equal((401, "invalid_client"), await RefusalAsync(bank.PushWithAsync(type, ("client_assertion", none))));
        Assert.Equal(201, (await bank.PushWithAsync(type, ("client_assertion", good))).Status);
        // And it was good once.
        Assert.Equal((401, "invalid_client"), await RefusalAsync(bank.PushWithAsync(type, ("client_assertion", good))));
    }

    [Fact, Module("fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted")]
    public async Task A_clients_clock_may_be_a_little_ahead() => Assert.Equal(201, (await bank.PushAssertingAsync(claims => Ahead(claims, 8))).Status);

    [Fact, Module("fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails")]
    public async Task An_assertion_with_the_old_padding_proves_nobody()
    {
        var client = new FapiClient(host, "bank-rsa");
        Assert.Equal((401, "invalid_client"), await RefusalAsync(client.PushWithAsync(("client_assertion_type", ClientAssertion.Type), ("client_assertion", host.RsaAssertion("RS256")))));
        Assert.Equal(201, (await client.PushWithAsync(("client_assertion_type", ClientAssertion.Type), ("client_assertion", host.RsaAssertion("PS256")))).Status);
    }

    private static void Ahead(Dictionary<string, object> claims, long seconds)
    {
        claims["iat"] = claims["nbf"] = (long)claims["iat"] + seconds;
        claims["exp"] = (long)claims["exp"] + seconds;
    }
}
