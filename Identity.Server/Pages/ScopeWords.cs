using Identity.OpenId.Scopes;
using Identity.Server.Clients;

namespace Identity.Server.Pages;

/// <summary>Scopes in the words of people: what an application may do with a person's account.</summary>
internal static class ScopeWords
{
    /// <param name="scopes">What was asked for as scopes.</param>
    /// <param name="claims">What was asked for claim by claim beyond them, OpenID Connect Core §5.5.</param>
    /// <param name="directory">Knows the words of our own scopes.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> scopes, IEnumerable<string> claims, ScopeDirectory directory) =>
        [.. scopes.Select(scope => Describe(scope, directory)).Concat(claims.Select(Describe)).Distinct(StringComparer.Ordinal)];

    private static string Describe(string scope, ScopeDirectory directory) => scope switch
    {
        StandardScopes.OpenId => "know that it is you",
        StandardScopes.Profile => "see your profile: name, picture, birthday and the like",
        StandardScopes.Email => "see your e-mail address",
        StandardScopes.Phone => "see your phone number",
        StandardScopes.Address => "see your postal address",
        StandardScopes.OfflineAccess => "keep this access while you are away",
        _ => directory.Describe(scope) ?? scope,
    };

    private static string Describe(string claim) => claim switch
    {
        "email" or "email_verified" => "see your e-mail address",
        "phone_number" or "phone_number_verified" => "see your phone number",
        "address" => "see your postal address",
        "preferred_username" => "see your user name",
        "profile" => "see the address of your profile page",
        "birthdate" => "see your birthday",
        "zoneinfo" => "see your time zone",
        "locale" => "see your language",
        "updated_at" => "see when your profile was changed",
        _ => $"see your {claim.Replace('_', ' ')}",
    };
}
