using Identity.OpenId.Scopes;
using Identity.Server.Clients;
using Identity.Server.Languages;

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
        StandardScopes.OpenId => Words.Current["know that it is you"],
        StandardScopes.Profile => Words.Current["see your profile: name, picture, birthday and the like"],
        StandardScopes.Email => Words.Current["see your e-mail address"],
        StandardScopes.Phone => Words.Current["see your phone number"],
        StandardScopes.Address => Words.Current["see your postal address"],
        StandardScopes.OfflineAccess => Words.Current["keep this access while you are away"],
        _ => directory.Describe(scope) ?? scope,
    };

    private static string Describe(string claim) => claim switch
    {
        "email" or "email_verified" => Words.Current["see your e-mail address"],
        "phone_number" or "phone_number_verified" => Words.Current["see your phone number"],
        "address" => Words.Current["see your postal address"],
        "name" => Words.Current["see your name"],
        "given_name" => Words.Current["see your given name"],
        "family_name" => Words.Current["see your family name"],
        "middle_name" => Words.Current["see your middle name"],
        "nickname" => Words.Current["see your nickname"],
        "preferred_username" => Words.Current["see your user name"],
        "profile" => Words.Current["see the address of your profile page"],
        "picture" => Words.Current["see your picture"],
        "website" => Words.Current["see your website"],
        "gender" => Words.Current["see your gender"],
        "birthdate" => Words.Current["see your birthday"],
        "zoneinfo" => Words.Current["see your time zone"],
        "locale" => Words.Current["see your language"],
        "updated_at" => Words.Current["see when your profile was changed"],
        _ => Words.Current["see your {0}", claim.Replace('_', ' ')],
    };
}
