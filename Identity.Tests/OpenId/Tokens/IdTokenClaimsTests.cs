using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

public sealed class IdTokenClaimsTests
{
    private static readonly IdTokenClaims Claims = new()
    {
        Issuer = "https://id.example",
        Subject = "u_1",
        Audience = "app",
        IssuedAt = DateTimeOffset.FromUnixTimeSeconds(1_772_366_400),
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_772_370_000),
    };

    [Fact]
    public void Oidc_core_2_the_required_claims_and_no_more() => Assert.Equal(
        """{"iss":"https://id.example","sub":"u_1","aud":"app","iat":1772366400,"exp":1772370000}""",
        Claims.ToJson());

    [Fact]
    public void Oidc_core_2_and_3_1_3_6_how_and_when_the_person_signed_in_and_with_which_access_token() => Assert.Equal(
        """{"iss":"https://id.example","sub":"u_1","aud":"app","iat":1772366400,"exp":1772370000,"auth_time":1772366399,"amr":["pwd","otp"],"at_hash":"77QmUPtjPfzWtF2AnpK9RQ"}""",
        (Claims with
        {
            AuthTime = DateTimeOffset.FromUnixTimeMilliseconds(1_772_366_399_999),
            AuthenticationMethods = ["pwd", "otp"],
            AccessTokenHash = TokenHash.LeftHalf("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
        }).ToJson());
}
