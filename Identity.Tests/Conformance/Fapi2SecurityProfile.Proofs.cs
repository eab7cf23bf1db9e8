using System.Text.Json.Nodes;
using Identity.OpenId.Proofs;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>The plan's modules about DPoP.</summary>
public sealed partial class Fapi2SecurityProfile
{
    [Fact, Module("fapi2-security-profile-final-check-dpop-proof-nbf-exp")]
    public async Task Claims_that_a_proof_does_not_need_do_it_no_harm()
    {
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        void More(JsonObject header, JsonObject claims) => (claims["nbf"], claims["exp"]) = (now, now + 60);
        var tokens = await bank.RedeemAsync(await bank.CodeAsync("moreclaims"), bank.Proof("/connect/token", change: More));
        Assert.Equal(200, (await bank.ResourceAsync(tokens, change: More)).Status);
    }

    [Theory]
    [InlineData(-10), Module("fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds")]
    [InlineData(10), Module("fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds")]
    public async Task Clocks_may_differ_by_ten_seconds(int seconds)
    {
        Assert.Equal(201, (await bank.PushAsync(bank.Proof("/connect/par", seconds))).Status);
        var tokens = await bank.RedeemAsync(await bank.CodeAsync($"clock{seconds + 10}"), bank.Proof("/connect/token", seconds));
        Assert.Equal(200, (await bank.ResourceAsync(tokens, seconds)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails")]
    public async Task A_pushed_request_names_the_key_that_it_proves() =>
        Assert.Equal((400, "invalid_request"), await RefusalAsync(bank.PushAsync(("dpop_jkt", new DPoPKey().Thumbprint))));

    [Fact, Module("fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success")]
    [Module("fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt")]
    public async Task A_proof_at_the_pushed_request_binds_the_code()
    {
        var code = await bank.CodeAsync("boundbyproof");
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RedeemAsync(code, new FapiClient(host).Proof("/connect/token"))));
        Assert.Equal(200, (await bank.RedeemAsync(code)).Status);
    }

    [Fact, Module("fapi2-security-profile-final-ensure-dpop-auth-code-binding-success")]
    [Module("fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt")]
    public async Task A_thumbprint_in_the_request_binds_the_code()
    {
        var code = await bank.CodeAsync("boundbyname", ("dpop_jkt", bank.Key.Thumbprint));
        Assert.Equal((400, "invalid_grant"), await RefusalAsync(bank.RedeemAsync(code, new FapiClient(host).Proof("/connect/token"))));
        Assert.Equal(200, (await bank.RedeemAsync(code)).Status);
    }

    /// <summary>The module's proofs, in its order; those that are good first.</summary>
    [Fact, Module("fapi2-security-profile-final-dpop-negative-tests")]
    public async Task A_resource_takes_no_proof_that_is_wrong_in_one_way()
    {
        var tokens = await bank.SignInAsync("negative");
        foreach (var good in new Action<JsonObject, JsonObject>[]
        {
            (_, _) => { },
            (_, claims) => claims["htu"] = $"{host.Issuer}/connect/userinfo?a=b#c",
            (_, claims) => claims["htu"] = claims["htu"]!.GetValue<string>().Replace("http://", "HTTP://", StringComparison.Ordinal),
            (header, claims) => (header["more"], claims["more"]) = ("x", "y"),
        })
        {
            Assert.Equal(200, (await bank.ResourceAsync(tokens, change: good)).Status);
        }

        foreach (var wrong in new Action<JsonObject, JsonObject>[]
        {
            (header, _) => header.Remove("typ"),
            (header, _) => header["typ"] = "jwt",
            (header, _) => header.Remove("alg"),
            (header, _) => header["alg"] = "none",
            (header, _) => header.Remove("jwk"),
            (header, _) => header["jwk"] = bank.Key.PrivateJwk,
            (header, _) => header["jwk"] = new DPoPKey().Jwk,
            (_, claims) => claims.Remove("jti"),
            (_, claims) => claims.Remove("htm"),
            (_, claims) => claims["htm"] = "PUT",
            (_, claims) => claims.Remove("htu"),
            (_, claims) => claims["htu"] = "https://elsewhere.example/connect/userinfo",
            (_, claims) => claims.Remove("iat"),
            (_, claims) => claims["iat"] = host.Clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
            (_, claims) => claims["iat"] = host.Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds(),
            (_, claims) => claims.Remove("ath"),
            (_, claims) => claims["ath"] = DPoPProof.HashOf("another token"),
        })
        {
            Assert.Equal((401, "invalid_dpop_proof"), await RefusalAsync(bank.ResourceAsync(tokens, change: wrong)));
        }

        void Same(JsonObject header, JsonObject claims) => claims["jti"] = "the same";
        Assert.Equal(200, (await bank.ResourceAsync(tokens, change: Same)).Status);
        Assert.Equal((401, "invalid_dpop_proof"), await RefusalAsync(bank.ResourceAsync(tokens, change: Same)));

        var proof = host.UserInfoProof(bank.Key, tokens.AccessToken);
        foreach (var malformed in new[] { "no proof", $"{proof}x", $"{proof}, {host.UserInfoProof(bank.Key, tokens.AccessToken)}" })
        {
            Assert.Equal((401, "invalid_dpop_proof"), await RefusalAsync(host.ProvedUserInfoAsync(tokens.AccessToken, malformed)));
        }

        Assert.Equal((401, "invalid_token"), await RefusalAsync(host.ProvedUserInfoAsync(tokens.AccessToken, host.UserInfoProof(new DPoPKey(), tokens.AccessToken))));
        Assert.Equal((401, "invalid_token"), await RefusalAsync(host.ProvedUserInfoAsync(tokens.AccessToken, null)));
        Assert.Equal((401, "invalid_token"), await RefusalAsync(host.ProvedUserInfoAsync(tokens.AccessToken, null, "Bearer")));
        Assert.Equal(200, (await bank.ResourceAsync(tokens)).Status);
    }
}
