using Identity.OpenId.Errors;

namespace Identity.OpenId.Scopes;

/// <summary>Who a grant acts for decides which scopes it may carry.</summary>
public enum ScopePolicy
{
    /// <summary>A person is there: any scope of the client's registration.</summary>
    User,

    /// <summary>No person is there: scopes that release a person's claims or outlast a session make no sense.</summary>
    Machine,

    /// <summary>The scopes were granted before (refresh token, code); the request may only narrow them, which the grant checks against its proof.</summary>
    Granted,
}

/// <summary>Which scopes a token request gets, RFC 6749 §3.3.</summary>
public static class ScopeRule
{
    /// <summary>
    /// The requested scopes if the client may have all of them, <c>invalid_scope</c> otherwise.
    /// A request without scope gets the client's registration, less what the policy excludes: the documented default of §3.3.
    /// </summary>
    public static Result<ScopeSet> Grant(ScopeSet requested, ScopeSet registered, ScopePolicy policy)
    {
        if (policy == ScopePolicy.Granted)
        {
            return requested;
        }

        var allowed = policy == ScopePolicy.Machine ? registered.Except(IsPersonal) : registered;
        if (requested.Count == 0)
        {
            return allowed;
        }

        return requested.IsSubsetOf(allowed) ? requested : OAuthError.InvalidScope("The client may not have every scope that it asked for.");
    }

    /// <summary>RFC 6749 §6: a refresh may narrow what was granted, never widen it; without scope it keeps all of it.</summary>
    public static Result<ScopeSet> Narrow(ScopeSet requested, ScopeSet granted)
    {
        if (requested.Count == 0)
        {
            return granted;
        }

        return requested.IsSubsetOf(granted) ? requested : OAuthError.InvalidScope("The scope exceeds what was granted.");
    }

    private static bool IsPersonal(string scope) => scope is StandardScopes.OpenId or StandardScopes.OfflineAccess || ScopeClaims.Of(scope).Count > 0;
}
