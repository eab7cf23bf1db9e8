using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;

namespace Identity.Tests.OpenId.Scopes;

public sealed class ScopeRuleTests
{
    private const string Registered = "openid profile email address phone offline_access api.read api.write";

    private static readonly Gen<ScopeSet> Sets = Gen.Elements([.. StandardScopes.All, "api.read", "api.write", "other"]).ListOf().Select(tokens => ScopeSet.Of(tokens));

    [Theory]
    [InlineData("openid api.read", "openid api.read")]
    [InlineData("api.read openid", "api.read openid")]
    [InlineData("offline_access", "offline_access")]
    [InlineData("", Registered)]
    [InlineData("other", null)]
    [InlineData("openid other", null)]
    [InlineData("OPENID", null)]
    public void Rfc6749_3_3_a_person_gets_what_was_asked_if_the_client_may_have_all_of_it(string requested, string? granted) =>
        Answers(granted, Grant(requested, ScopePolicy.User), "The client may not have every scope that it asked for.");

    [Theory]
    [InlineData("", "api.read api.write")]
    [InlineData("api.read", "api.read")]
    [InlineData("openid", null)]
    [InlineData("profile", null)]
    [InlineData("email", null)]
    [InlineData("address", null)]
    [InlineData("phone", null)]
    [InlineData("offline_access", null)]
    [InlineData("api.read offline_access", null)]
    [InlineData("other", null)]
    public void A_machine_gets_no_personal_scope_and_no_offline_access(string requested, string? granted) =>
        Answers(granted, Grant(requested, ScopePolicy.Machine), "The client may not have every scope that it asked for.");

    [Fact]
    public void No_machine_ever_gets_a_scope_that_releases_a_claim() => Any.ForAll(
        Sets.SelectMany(requested => Sets.Select(registered => (requested, registered))),
        pair =>
        {
            if (ScopeRule.Grant(pair.requested, pair.registered, ScopePolicy.Machine).Succeeded(out var granted, out _))
            {
                Assert.True(granted.IsSubsetOf(pair.registered));
                Assert.DoesNotContain(granted, scope => StandardScopes.All.Contains(scope, StringComparer.Ordinal));
            }
        });

    [Fact]
    public void Scopes_that_were_granted_before_are_left_to_the_grant()
    {
        Answers("other", Grant("other", ScopePolicy.Granted), "");
        Answers("", Grant("", ScopePolicy.Granted), "");
    }

    [Theory]
    [InlineData("", "openid api.read", "openid api.read")]
    [InlineData("api.read", "openid api.read", "api.read")]
    [InlineData("api.read openid", "openid api.read", "api.read openid")]
    [InlineData("api.write", "openid api.read", null)]
    [InlineData("openid api.write", "openid api.read", null)]
    [InlineData("openid", "", null)]
    public void Rfc6749_6_a_refresh_narrows_and_never_widens(string requested, string granted, string? now) =>
        Answers(now, ScopeRule.Narrow(Parse(requested), Parse(granted)), "The scope exceeds what was granted.");

    [Fact]
    public void Rfc6749_6_nothing_outside_the_grant_ever_comes_of_a_refresh() => Any.ForAll(
        Sets.SelectMany(requested => Sets.Select(granted => (requested, granted))),
        pair => Assert.True(!ScopeRule.Narrow(pair.requested, pair.granted).Succeeded(out var now, out _) || now.IsSubsetOf(pair.granted)));

    private static Result<ScopeSet> Grant(string requested, ScopePolicy policy) => ScopeRule.Grant(Parse(requested), Parse(Registered), policy);

    private static void Answers(string? scopes, Result<ScopeSet> result, string refusal)
    {
        Assert.Equal(scopes is not null, result.Succeeded(out var granted, out var error));
        Assert.Equal(scopes, granted?.ToString());
        Assert.Equal(scopes is null ? OAuthError.InvalidScope(refusal) : null, error);
    }

    private static ScopeSet Parse(string text)
    {
        Assert.True(ScopeSet.Parse(text).Succeeded(out var set, out _));
        return set;
    }
}
