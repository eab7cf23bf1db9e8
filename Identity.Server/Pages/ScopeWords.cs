using Identity.OpenId.Scopes;
using Identity.Server.Clients;

namespace Identity.Server.Pages;

/// <summary>Scopes in the words of people: what an application may do with a person's account.</summary>
internal static class ScopeWords
{
    public static IReadOnlyList<string> Of(IEnumerable<string> scopes, ScopeDirectory directory) => [.. scopes.Select(scope => Describe(scope, directory))];

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
}
