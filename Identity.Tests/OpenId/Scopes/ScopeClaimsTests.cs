using Identity.OpenId.Scopes;

namespace Identity.Tests.OpenId.Scopes;

public sealed class ScopeClaimsTests
{
    [Theory]
    [InlineData("profile", "name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at")]
    [InlineData("email", "email email_verified")]
    [InlineData("address", "address")]
    [InlineData("phone", "phone_number phone_number_verified")]
    [InlineData("openid", "")]
    [InlineData("offline_access", "")]
    [InlineData("Profile", "")]
    [InlineData("api.read", "")]
    public void Oidc_core_5_4_a_scope_releases_these_claims(string scope, string claims) =>
        Assert.Equal(claims, string.Join(' ', ScopeClaims.Of(scope)));

    [Fact]
    public void All_has_each_claim_once_and_sub()
    {
        Assert.Equal(
            ["sub", "address", "email", "email_verified", "phone_number", "phone_number_verified"],
            ScopeClaims.All.Except(ScopeClaims.Of("profile"), StringComparer.Ordinal).ToArray());
        Assert.Equal(1 + 14 + 2 + 1 + 2, ScopeClaims.All.Count);
        Assert.Equal(ScopeClaims.All.Count, ScopeClaims.All.Distinct(StringComparer.Ordinal).Count());
    }
}
