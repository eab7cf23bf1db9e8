using Identity.OpenId.Tokens;

namespace Identity.Compat;

/// <summary>Whose a legacy token is. An API believes its own and nobody else's, or any client's token would open it.</summary>
public static class LegacyAudience
{
    /// <summary>The <c>aud</c> of an API's own tokens.</summary>
    /// <param name="api">Its name: <c>cloudmind</c>, <c>nlecloud</c>, <c>rageframe</c>.</param>
    public static string Of(string api) => $"urn:cloudmind:{api}";

    /// <summary>Whether the token was issued to the API's own client and is meant for the API: a client that may have the API's audience is still not the API's client.</summary>
    public static bool Covers(AccessTokenClaims token, string api) =>
        string.Equals(token.ClientId, api, StringComparison.Ordinal) && token.Audience.Contains(Of(api), StringComparer.Ordinal);
}
