using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

public sealed class AccessTokenClaimsTests
{
    private static readonly TokenId Id = TokenId.Create(Guid.Empty, DateTimeOffset.FromUnixTimeSeconds(1_772_366_400), new byte[10]);

    private static readonly AccessTokenClaims Machine = new()
    {
        Issuer = "https://id.example",
        Subject = "app",
        Audience = ["https://id.example"],
        ClientId = "app",
        IssuedAt = DateTimeOffset.FromUnixTimeSeconds(1_772_366_400),
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_370_000),
        Id = Id,
    };

    [Fact]
    public void Rfc9068_2_2_a_machines_token_has_the_required_claims_and_no_more() => Assert.Equal(
        $$"""{"iss":"https://id.example","sub":"app","aud":"https://id.example","client_id":"app","iat":1772366400,"exp":1772370000,"jti":"{{Id.Text}}"}""",
        Machine.ToJson());

    [Fact]
    public void Rfc9068_2_2_a_persons_token_has_scope_and_auth_time_and_a_legacy_number_where_there_is_one() => Assert.Equal(
        $$"""{"iss":"https://id.example","sub":"u_张三","aud":["https://id.example","https://api.example"],"client_id":"app","iat":1772366400,"exp":1772370000,"jti":"{{Id.Text}}","scope":"openid api.read","auth_time":1772366399,"jwtUserId":42}""",
        (Machine with
        {
            Subject = "u_张三",
            Audience = ["https://id.example", "https://api.example"],
            Scope = ScopeSet.Of("openid", "api.read"),
            AuthTime = DateTimeOffset.FromUnixTimeMilliseconds(1_772_366_399_999),
            Number = ("jwtUserId", 42),
        }).ToJson());

    [Fact]
    public void What_is_written_reads_back() => Any.ForAll(
        from issuer in Any.Text
        from subject in Any.Text
        from client in Any.Text
        from audience in Any.Text.NonEmptyListOf()
        from scope in Gen.Elements("openid", "profile", "api.read").ListOf()
        from issued in Gen.Choose(0, int.MaxValue)
        from expires in Gen.Choose(0, int.MaxValue)
        from signedIn in Gen.Choose(-1, int.MaxValue)
        from family in Any.Guid
        from random in Any.Octets(TokenId.RandomSize)
        select new AccessTokenClaims
        {
            Issuer = issuer,
            Subject = subject,
            Audience = [.. audience],
            ClientId = client,
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(issued),
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(expires),
            Id = TokenId.Create(family, DateTimeOffset.FromUnixTimeSeconds(issued), random),
            Scope = ScopeSet.Of(scope),
            AuthTime = signedIn < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(signedIn),
        },
        claims =>
        {
            var read = Read(claims.ToJson())!;
            Assert.Equal(claims.Audience, read.Audience);
            Assert.Equal(claims, read with { Audience = claims.Audience });
        });

    [Theory]
    [InlineData("iss")]
    [InlineData("sub")]
    [InlineData("aud")]
    [InlineData("client_id")]
    [InlineData("iat")]
    [InlineData("exp")]
    [InlineData("jti")]
    public void Rfc9068_2_2_a_payload_without_a_required_claim_or_with_another_type_is_none(string claim)
    {
        foreach (var value in new JsonNode?[] { null, true, 1.5, -1, new JsonObject(), new JsonArray(), new JsonArray(1), "" })
        {
            var payload = JsonNode.Parse(Machine.ToJson())!.AsObject();
            payload.Remove(claim);
            Assert.Null(Read(payload.ToJsonString()));
            payload[claim] = value;
            // An empty text is a text; only the token id has a form of its own.
            if (value?.GetValueKind() != JsonValueKind.String || claim is "jti" or "iat" or "exp")
            {
                Assert.Null(Read(payload.ToJsonString()));
            }
        }
    }

    [Theory]
    [InlineData("exp", "99999999999999999999")]
    [InlineData("exp", "253402300800")]
    [InlineData("exp", "\"1772370000\"")]
    [InlineData("iat", "-1")]
    [InlineData("scope", "\"a\\nb\"")]
    public void A_claim_out_of_its_range_is_none(string claim, string value)
    {
        var payload = JsonNode.Parse(Machine.ToJson())!.AsObject();
        payload[claim] = JsonNode.Parse(value);
        Assert.Null(Read(payload.ToJsonString()));
    }

    private static AccessTokenClaims? Read(string json)
    {
        using var payload = JsonDocument.Parse(json);
        return AccessTokenClaims.Read(payload.RootElement);
    }
}
