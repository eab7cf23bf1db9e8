using System.Collections.Frozen;

namespace Identity.OpenId.Scopes;

/// <summary>Which claims a scope releases, OpenID Connect Core §5.4.</summary>
public static class ScopeClaims
{
    private static readonly FrozenDictionary<string, IReadOnlyList<string>> ByScope = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        [StandardScopes.Profile] =
        [
            "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
            "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
        ],
        [StandardScopes.Email] = ["email", "email_verified"],
        [StandardScopes.Address] = ["address"],
        [StandardScopes.Phone] = ["phone_number", "phone_number_verified"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every claim that some standard scope releases, and <c>sub</c>.</summary>
    public static IReadOnlyList<string> All { get; } = ["sub", .. ByScope.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value)];

    public static IReadOnlyList<string> Of(string scope) => ByScope.TryGetValue(scope, out var claims) ? claims : [];
}
