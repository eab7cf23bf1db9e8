using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Identity.OpenId.Proofs;
using Identity.Tests.Support;

namespace Identity.Tests.OpenId.Proofs;

/// <summary>RFC 9449 §4.2 and §4.3.</summary>
public sealed class DPoPProofTests
{
    private const string Url = "https://id.example/connect/token";

    // Figures 2 and 12 of the RFC.
    private const string RfcHeader = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";
    private const string RfcTokenProof = RfcHeader + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    private const string RfcResourceProof = RfcHeader + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    private const string RfcThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    private static readonly DPoPKey Key = new();

    [Fact]
    public void Rfc9449_4_1_the_example_of_a_token_request() => Assert.Equal(
        new DPoPProof(RfcThumbprint, "-BwC3ESc6acc2lTc", DateTimeOffset.FromUnixTimeSeconds(1562262616), null),
        DPoPProof.Read(RfcTokenProof, "POST", "https://server.example.com/token", null, DateTimeOffset.FromUnixTimeSeconds(1562262616)));

    [Fact]
    public void Rfc9449_7_1_the_example_of_a_protected_resource()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1562262618);
        const string Token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        Assert.Equal(RfcThumbprint, DPoPProof.Read(RfcResourceProof, "GET", "https://resource.example.org/protectedresource", Token, now)?.Thumbprint);
        Assert.Null(DPoPProof.Read(RfcResourceProof, "GET", "https://resource.example.org/protectedresource", Token + "x", now));
        Assert.Null(DPoPProof.Read(RfcTokenProof, "POST", "https://server.example.com/token", Token, now));
    }

    public static TheoryData<string, Action<JsonObject, JsonObject>> Wrong => new()
    {
        { "another type", (header, _) => header["typ"] = "JWT" },
        { "no type", (header, _) => header.Remove("typ") },
        { "no signature wanted", (header, _) => header["alg"] = "none" },
        { "a symmetric algorithm", (header, _) => header["alg"] = "HS256" },
        { "an algorithm of another kind of key", (header, _) => header["alg"] = "PS256" },
        { "a weaker padding", (header, _) => header["alg"] = "RS256" },
        { "critical extensions", (header, _) => header["crit"] = new JsonArray("b64") },
        { "no key", (header, _) => header.Remove("jwk") },
        { "a key that is a text", (header, _) => header["jwk"] = "key" },
        { "a private key", (header, _) => header["jwk"] = Key.PrivateJwk },
        { "a symmetric key", (header, _) => header["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" } },
        { "somebody else's key", (header, _) => header["jwk"] = new DPoPKey().Jwk },
        { "another curve", (header, _) => header["jwk"]!["crv"] = "P-384" },
        { "a point on no curve", (header, _) => header["jwk"]!["y"] = Base64Url.EncodeToString(new byte[32]) },
        { "a short coordinate", (header, _) => header["jwk"]!["x"] = "AA" },
        { "a coordinate that is no base64url", (header, _) => header["jwk"]!["x"] = "!!!!" },
        { "another method", (_, claims) => claims["htm"] = "GET" },
        { "a method in small letters", (_, claims) => claims["htm"] = "post" },
        { "no method", (_, claims) => claims.Remove("htm") },
        { "another host", (_, claims) => claims["htu"] = "https://evil.example/connect/token" },
        { "another port", (_, claims) => claims["htu"] = "https://id.example:8443/connect/token" },
        { "another scheme", (_, claims) => claims["htu"] = "http://id.example/connect/token" },
        { "another path", (_, claims) => claims["htu"] = "https://id.example/connect/tokens" },
        { "a path in other letters", (_, claims) => claims["htu"] = "https://id.example/Connect/token" },
        { "a path with a slash more", (_, claims) => claims["htu"] = "https://id.example/connect/token/" },
        { "only our path", (_, claims) => claims["htu"] = "/connect/token" },
        { "our address as user information", (_, claims) => claims["htu"] = "https://id.example@evil.example/connect/token" },
        { "user information before our address", (_, claims) => claims["htu"] = "https://evil@id.example/connect/token" },
        { "our address as a query", (_, claims) => claims["htu"] = "https://evil.example/?https://id.example/connect/token" },
        { "backslashes", (_, claims) => claims["htu"] = "https://id.example\\connect\\token" },
        { "no address", (_, claims) => claims.Remove("htu") },
        { "an address that is a number", (_, claims) => claims["htu"] = 1 },
        { "too old", (_, claims) => claims["iat"] = Any.Start.AddSeconds(-61).ToUnixTimeSeconds() },
        { "of the future", (_, claims) => claims["iat"] = Any.Start.AddSeconds(61).ToUnixTimeSeconds() },
        { "no time", (_, claims) => claims.Remove("iat") },
        { "a time that is a text", (_, claims) => claims["iat"] = "now" },
        { "no id", (_, claims) => claims.Remove("jti") },
        { "an empty id", (_, claims) => claims["jti"] = "" },
        { "a long id", (_, claims) => claims["jti"] = new string('j', 257) },
    };

    [Theory, MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Rfc9449_4_3_a_proof_that_is_wrong_in_one_way_is_no_proof(string what, Action<JsonObject, JsonObject> change) =>
        Assert.True(Read(Key.Proof("POST", Url, Any.Start, change: change)) is null, what);

    [Theory]
    [InlineData("https://id.example/connect/token?x=y")]
    [InlineData("https://id.example/connect/token#part")]
    [InlineData("HTTPS://ID.EXAMPLE:443/connect/token")]
    [InlineData("https://id.example/a/../connect/./token")]
    [InlineData("https://id.example/connect/%74oken")]
    public void Rfc9449_4_3_addresses_are_compared_without_query_and_normalised(string htu) => Assert.NotNull(Read(Key.Proof("POST", Url, Any.Start, change: (_, claims) => claims["htu"] = htu)));

    [Fact]
    public void A_proof_says_whose_key_and_which_id_and_which_nonce() => Assert.Equal(
        (Key.Thumbprint, "i", "n"),
        Read(Key.Proof("POST", Url, Any.Start, nonce: "n", change: (_, claims) => claims["jti"] = "i")) is { } proof ? (proof.Thumbprint, proof.Id, proof.Nonce) : default);

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public void Rfc9449_11_1_clocks_may_differ_by_a_minute(int seconds) => Assert.NotNull(Read(Key.Proof("POST", Url, Any.Start.AddSeconds(seconds))));

    [Theory]
    [InlineData(2048, true)]
    [InlineData(1024, false)]
    public void An_RSA_key_must_have_a_size_that_proves_something(int bits, bool good)
    {
        using var rsa = RSA.Create(bits);
        var open = rsa.ExportParameters(false);
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "PS256", ["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(open.Modulus), ["e"] = Base64Url.EncodeToString(open.Exponent) } };
        var claims = new JsonObject { ["jti"] = "j", ["htm"] = "POST", ["htu"] = Url, ["iat"] = Any.Start.ToUnixTimeSeconds() };
        Assert.Equal(good, Read(DPoPKey.Sign(header, claims, signed => rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))) is not null);
        Assert.Null(Read(DPoPKey.Sign(header, claims, signed => rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("W10.W10.AA")]
    [InlineData("eyJ0eXAiOiJcdWQ4MDAifQ.e30.AA")]
    public void A_text_that_is_no_proof_is_no_proof(string text) => Assert.Null(Read(text));

    [Fact]
    public void Two_proofs_in_one_header_are_none() => Assert.Null(Read($"{Key.Proof("POST", Url, Any.Start)},{Key.Proof("POST", Url, Any.Start)}"));

    [Fact]
    public void A_proof_of_which_one_character_was_changed_is_none()
    {
        var proof = Key.Proof("POST", Url, Any.Start);
        Any.ForAll(
            from at in Gen.Choose(0, proof.Length - 1)
            from letter in Gen.Elements("AZaz09-_.".ToCharArray())
            where proof[at] != letter
            select $"{proof[..at]}{letter}{proof[(at + 1)..]}",
            changed => Assert.Null(Read(changed)));
    }

    private static DPoPProof? Read(string proof) => DPoPProof.Read(proof, "POST", Url, null, Any.Start);
}
