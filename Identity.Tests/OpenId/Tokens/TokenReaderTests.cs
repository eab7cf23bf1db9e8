using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Microsoft.IdentityModel.Tokens;
using TokenReader = Identity.OpenId.Tokens.TokenReader;

namespace Identity.Tests.OpenId.Tokens;

/// <summary>The signer and the reader, held against each other and against the platform's own cryptography.</summary>
public sealed class TokenReaderTests
{
    private const string Issuer = "https://id.example";

    private static readonly ECDsa Curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Modulus = RSA.Create(2048);
    private static readonly ECDsaSecurityKey Es256 = new(Curve) { KeyId = "es-1" };
    private static readonly RsaSecurityKey Rs256 = new(Modulus) { KeyId = "rs-1" };
    private static readonly SecurityKey[] Keys = [Es256, Rs256];

    private static readonly AccessTokenClaims Claims = new()
    {
        Issuer = Issuer,
        Subject = "u_1",
        Audience = [Issuer, "https://api.example"],
        ClientId = "app",
        IssuedAt = Any.Start,
        ExpiresAt = Any.Start + TimeSpan.FromHours(1),
        Id = TokenId.Create(Guid.Empty, Any.Start, new byte[10]),
        Scope = ScopeSet.Of("openid", "api.read"),
        AuthTime = Any.Start - TimeSpan.FromMinutes(1),
    };

    public static TheoryData<string> Algorithms => ["ES256", "RS256"];

    [Theory, MemberData(nameof(Algorithms))]
    public async Task What_is_signed_reads_back(string algorithm)
    {
        Assert.True((await ReadAsync(Sign(algorithm))).Succeeded(out var read, out _));
        Assert.Equal(Claims.Audience, read.Audience);
        Assert.Equal(Claims, read with { Audience = Claims.Audience });
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void Rfc9068_2_1_the_header_has_type_key_and_algorithm_and_no_more(string algorithm)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(Sign(algorithm).Split('.')[0]));
        Assert.Equal(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["alg"] = algorithm, ["kid"] = KeyOf(algorithm).KeyId, ["typ"] = "at+jwt" },
            header.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString(), StringComparer.Ordinal));
        Assert.Equal(KeyOf(algorithm).KeyId, new TokenSigner(KeyOf(algorithm), algorithm).KeyId);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void Rfc7515_5_1_the_payload_is_signed_as_it_was_written(string algorithm)
    {
        var payload = """{"sub":"u_张三😀","note":"<a&b>+'\"","n":1}""";
        var parts = new TokenSigner(KeyOf(algorithm), algorithm).Sign(payload, "JWT").Split('.');
        Assert.Equal(payload, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])));
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        Assert.True(algorithm is "ES256"
            ? Curve.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : Modulus.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Theory, MemberData(nameof(Algorithms))]
    public async Task Rfc7519_4_1_4_a_token_is_good_a_second_before_exp_and_refused_at_exp(string algorithm)
    {
        var token = Sign(algorithm);
        Assert.True((await ReadAsync(token, Claims.ExpiresAt - TimeSpan.FromSeconds(1))).Succeeded(out _, out _));
        Assert.True((await ReadAsync(token, Claims.ExpiresAt - TimeSpan.FromTicks(1))).Succeeded(out _, out _));
        await RefusesAsync(token, RefusalReason.Expired, Claims.ExpiresAt);
        await RefusesAsync(token, RefusalReason.Expired, Claims.ExpiresAt + TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task A_token_of_another_clock_is_judged_by_the_given_instant_only()
    {
        // Long past, and issued in what is the future for the machine that runs this.
        foreach (var start in new[] { DateTimeOffset.UnixEpoch, new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero) })
        {
            var token = Sign("ES256", Claims with { IssuedAt = start, ExpiresAt = start + TimeSpan.FromHours(1) });
            Assert.True((await ReadAsync(token, start)).Succeeded(out _, out _));
        }
    }

    [Fact]
    public async Task Rfc8725_3_1_alg_none_is_refused()
    {
        foreach (var alg in new[] { "none", "None", "" })
        {
            await RefusesAsync(Forge($$"""{"alg":"{{alg}}","typ":"at+jwt","kid":"es-1"}""", _ => []));
            await RefusesAsync(Forge($$"""{"alg":"{{alg}}","typ":"at+jwt"}""", _ => []));
        }

        await RefusesAsync(Forge("""{"typ":"at+jwt","kid":"es-1"}""", _ => []));
    }

    [Fact]
    public async Task Rfc8725_2_1_hs256_with_the_public_key_for_a_secret_is_refused()
    {
        foreach (var (kid, info, pem) in new[]
        {
            ("es-1", Curve.ExportSubjectPublicKeyInfo(), Curve.ExportSubjectPublicKeyInfoPem()),
            ("rs-1", Modulus.ExportSubjectPublicKeyInfo(), Modulus.ExportSubjectPublicKeyInfoPem()),
        })
        {
            foreach (var secret in new[] { info, Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), [] })
            {
                await RefusesAsync(Forge($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{kid}}"}""", signed => HMACSHA256.HashData(secret, signed)));
            }
        }
    }

    [Fact]
    public async Task An_algorithm_that_we_do_not_sign_with_is_refused_even_with_our_key()
    {
        await RefusesAsync(Forge("""{"alg":"PS256","typ":"at+jwt","kid":"rs-1"}""", signed => Modulus.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        await RefusesAsync(Forge("""{"alg":"RS512","typ":"at+jwt","kid":"rs-1"}""", signed => Modulus.SignData(signed, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)));
        // ES256 and RS256 under the kid of the other.
        await RefusesAsync(Forge("""{"alg":"RS256","typ":"at+jwt","kid":"es-1"}""", signed => Modulus.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        await RefusesAsync(Forge("""{"alg":"ES256","typ":"at+jwt","kid":"rs-1"}""", signed => Curve.SignData(signed, HashAlgorithmName.SHA256)));
    }

    [Fact]
    public async Task A_foreign_key_with_the_same_kid_is_refused()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var modulus = RSA.Create(2048);
        await RefusesAsync(new TokenSigner(new ECDsaSecurityKey(curve) { KeyId = "es-1" }, "ES256").Sign(Claims.ToJson(), AccessTokenClaims.Type));
        await RefusesAsync(new TokenSigner(new RsaSecurityKey(modulus) { KeyId = "rs-1" }, "RS256").Sign(Claims.ToJson(), AccessTokenClaims.Type));
    }

    [Theory]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"es-2"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"ES-1"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":""}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    public async Task A_key_is_found_by_its_kid_and_only_so(string header) =>
        await RefusesAsync(Forge(header, signed => Curve.SignData(signed, HashAlgorithmName.SHA256)));

    [Fact]
    public async Task The_forge_makes_a_good_token_where_nothing_is_wrong() => Assert.True(
        (await ReadAsync(Forge("""{"alg":"ES256","typ":"at+jwt","kid":"es-1"}""", signed => Curve.SignData(signed, HashAlgorithmName.SHA256)))).Succeeded(out _, out _));

    [Fact]
    public async Task A_key_that_has_retired_is_unknown()
    {
        var result = await TokenReader.ReadAccessTokenAsync(Sign("ES256"), Issuer, [Rs256], Any.Start);
        Assert.Equal(TokenReader.Invalid(RefusalReason.UnknownToken), result.Error);
        Assert.NotNull((await TokenReader.ReadAccessTokenAsync(Sign("ES256"), Issuer, [], Any.Start)).Error);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("logout+jwt")]
    [InlineData("")]
    public async Task Rfc9068_4_an_id_token_is_no_access_token(string type)
    {
        await RefusesAsync(new TokenSigner(Rs256, "RS256").Sign(Claims.ToJson(), type));
        await RefusesAsync(Forge("""{"alg":"ES256","kid":"es-1"}""", signed => Curve.SignData(signed, HashAlgorithmName.SHA256)));
    }

    [Theory]
    [InlineData("https://other.example")]
    [InlineData("https://id.example/")]
    [InlineData("https://ID.example")]
    [InlineData("")]
    public async Task Rfc9068_4_a_foreign_issuer_is_refused(string issuer) => await RefusesAsync(Sign("ES256", Claims with { Issuer = issuer }));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"iss":"https://id.example"}""")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("not json")]
    public async Task Our_signature_on_something_else_is_refused(string payload) => await RefusesAsync(
        Forge("""{"alg":"ES256","typ":"at+jwt","kid":"es-1"}""", signed => Curve.SignData(signed, HashAlgorithmName.SHA256), payload));

    [Theory, MemberData(nameof(Algorithms))]
    public void A_token_with_any_character_changed_or_cut_is_refused(string algorithm)
    {
        var token = Sign(algorithm);
        // The last character of a signature has spare bits, so it may be spelt otherwise; every other one counts.
        Any.ForAll(
            from at in Gen.Choose(0, token.Length - 2)
            from put in Gen.OneOf(Gen.Elements("ABab01-_".ToCharArray()), Gen.Elements(". =+/\0中".ToCharArray()))
            where token[at] != put
            select (at, put),
            change => RefusesAsync($"{token[..change.at]}{change.put}{token[(change.at + 1)..]}").GetAwaiter().GetResult(),
            500);
        Any.ForAll(Gen.Choose(0, token.Length - 2), length => RefusesAsync(token[..length]).GetAwaiter().GetResult());
    }

    [Fact]
    public void Garbage_is_refused_and_never_throws()
    {
        var part = Gen.OneOf(Any.Text, Any.Body.Select(octets => Base64Url.EncodeToString(octets)), Gen.Elements(Sign("ES256").Split('.')));
        Any.ForAll(part.ListOf().Select(parts => string.Join('.', parts)).Where(text => !string.Equals(text, Sign("ES256"), StringComparison.Ordinal)), text =>
        {
            var result = TokenReader.ReadAccessTokenAsync(text, Issuer, [Rs256], Any.Start).GetAwaiter().GetResult();
            Assert.Equal(TokenReader.Invalid(RefusalReason.UnknownToken), result.Error);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    [InlineData("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.....")]
    public async Task What_is_no_token_is_refused(string? text) => await RefusesAsync(text);

    [Fact]
    public async Task An_oversized_token_is_refused_and_one_of_the_greatest_length_is_not()
    {
        // Three octets of payload make four characters, so some length of client_id comes within three of the limit.
        var tokens = Enumerable.Range(2000, 1200).Select(length => Sign("ES256", Claims with { ClientId = new string('a', length) }))
            .Where(token => token.Length is > TokenReader.MaxLength - 4 and < TokenReader.MaxLength + 4).ToArray();
        Assert.Contains(tokens, token => token.Length <= TokenReader.MaxLength);
        Assert.Contains(tokens, token => token.Length > TokenReader.MaxLength);
        foreach (var token in tokens)
        {
            Assert.Equal(token.Length <= TokenReader.MaxLength, (await ReadAsync(token)).Succeeded(out _, out _));
        }

        await RefusesAsync(new string('a', 1_000_000));
    }

    [Fact]
    public void Rfc6750_3_1_every_refusal_is_the_same_on_the_wire()
    {
        Assert.Equal(new("invalid_token", "The access token is not valid.") { Reason = RefusalReason.Expired }, TokenReader.Invalid(RefusalReason.Expired));
        Assert.Equal(401, TokenReader.Invalid(RefusalReason.Revoked).StatusCode);
    }

    private static SecurityKey KeyOf(string algorithm) => algorithm is "ES256" ? Es256 : Rs256;

    private static string Sign(string algorithm, AccessTokenClaims? claims = null) =>
        new TokenSigner(KeyOf(algorithm), algorithm).Sign((claims ?? Claims).ToJson(), AccessTokenClaims.Type);

    private static string Forge(string header, Func<byte[], byte[]> sign, string? payload = null)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload ?? Claims.ToJson()))}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static Task<Result<AccessTokenClaims>> ReadAsync(string? token, DateTimeOffset? now = null) =>
        TokenReader.ReadAccessTokenAsync(token, Issuer, Keys, now ?? Any.Start);

    private static async Task RefusesAsync(string? token, RefusalReason reason = RefusalReason.UnknownToken, DateTimeOffset? now = null) =>
        Assert.Equal(TokenReader.Invalid(reason), (await ReadAsync(token, now)).Error);
}
