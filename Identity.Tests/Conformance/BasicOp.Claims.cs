using System.Text.Json;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Userinfo, and which claims a scope or a request for one of them releases.</summary>
public sealed partial class BasicOp
{
    private const string Profile = "name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at";

    [Fact, Module("oidcc-userinfo-get")]
    public Task Userinfo_answers_a_GET_with_a_header() => UserInfoAsync("userinfo-get", host.UserInfoAsync);

    [Fact, Module("oidcc-userinfo-post-header")]
    public Task Userinfo_answers_a_POST_with_a_header() => UserInfoAsync("userinfo-header", token => host.PostRawAsync("/connect/userinfo", "", contentType: null, authorization: $"Bearer {token}"));

    [Fact, Module("oidcc-userinfo-post-body")]
    public Task Userinfo_answers_a_POST_with_a_body() => UserInfoAsync("userinfo-body", token => host.PostRawAsync("/connect/userinfo", $"access_token={token}"));

    [Fact, Module("oidcc-scope-profile")]
    public Task The_scope_profile() => ScopeAsync("scope-profile", "openid profile", Profile);

    [Fact, Module("oidcc-scope-email")]
    public async Task The_scope_email()
    {
        var claims = await ScopeAsync("scope-email", "openid email", "email email_verified");
        Assert.Equal(("scope-email@example.com", JsonValueKind.True), (claims.GetProperty("email").GetString(), claims.GetProperty("email_verified").ValueKind));
    }

    [Fact, Module("oidcc-scope-address")]
    public async Task The_scope_address()
    {
        var claims = await ScopeAsync("scope-address", "openid address", "address");
        Assert.Equal(SuiteHost.PostalAddress, claims.GetProperty("address").GetRawText());
    }

    [Fact, Module("oidcc-scope-phone")]
    public async Task The_scope_phone()
    {
        var claims = await ScopeAsync("scope-phone", "openid phone", "phone_number phone_number_verified");
        Assert.Matches(@"^\+86138\d{8}$", claims.GetProperty("phone_number").GetString());
        Assert.Equal(JsonValueKind.True, claims.GetProperty("phone_number_verified").ValueKind);
    }

    [Fact, Module("oidcc-scope-all")]
    public Task All_scopes_together() => ScopeAsync("scope-all", "openid profile email address phone", $"{Profile} email email_verified address phone_number phone_number_verified");

    [Fact, Module("oidcc-ensure-other-scope-order-succeeds")]
    public Task The_order_of_the_scopes_means_nothing() => ScopeAsync("scope-order", "email openid", "email email_verified");

    [Fact, Module("oidcc-claims-essential")]
    public async Task A_claim_can_be_asked_for_by_its_name()
    {
        using var suite = await Suite.OfAsync(host, "essential");
        var tokens = await suite.AuthorizeAsync(("claims", """{"userinfo":{"name":{"essential":true}}}"""));
        Assert.Equal("sub name", Suite.Names((await host.UserInfoAsync(tokens.AccessToken)).Json));
        Assert.False(Jwt.Payload(tokens.Text("id_token")).TryGetProperty("name", out _));
    }

    private async Task UserInfoAsync(string person, Func<string, Task<Answer>> ask)
    {
        using var suite = await Suite.OfAsync(host, person);
        var tokens = await suite.AuthorizeAsync();
        var answer = await ask(tokens.AccessToken);
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(Suite.Subject(tokens), answer.Text("sub"));
    }

    // All of the claims in their types, none beside them, and not one in the id_token.
    private async Task<JsonElement> ScopeAsync(string person, string scope, string expected)
    {
        using var suite = await Suite.OfAsync(host, person);
        var tokens = await suite.AuthorizeAsync(("scope", scope));
        var claims = (await host.UserInfoAsync(tokens.AccessToken)).Json;
        Assert.Equal($"sub {expected}", Suite.Names(claims));
        Assert.Equal(Suite.Subject(tokens), claims.GetProperty("sub").GetString());
        Assert.All(claims.EnumerateObject(), claim => Assert.Equal(
            claim.Name switch
            {
                "updated_at" => JsonValueKind.Number,
                "address" => JsonValueKind.Object,
                "email_verified" or "phone_number_verified" => JsonValueKind.True,
                _ => JsonValueKind.String,
            },
            claim.Value.ValueKind));
        Assert.Empty(expected.Split(' ').Intersect(Jwt.Payload(tokens.Text("id_token")).EnumerateObject().Select(claim => claim.Name), StringComparer.Ordinal));
        return claims;
    }
}
