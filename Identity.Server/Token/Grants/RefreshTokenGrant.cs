using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Refreshing, RFC 6749 §6.</summary>
internal sealed class RefreshTokenGrant(RefreshFamilies families) : IGrant
{
    public string GrantType => GrantTypes.RefreshToken;

    public ScopePolicy Scopes => ScopePolicy.Granted;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        var (request, client) = (context.Request, context.Client.Metadata);
        if (request.RefreshToken is null)
        {
            return OAuthError.InvalidRequest("refresh_token is missing.");
        }

        // Before the rotation: a request that asks for too much must not use up a token.
        if (request.Scope.Count > 0 && await families.PeekAsync(request.RefreshToken, cancellationToken) is { } peeked
            && string.Equals(peeked.ClientId, client.ClientId, StringComparison.Ordinal)
            && !ScopeRule.Narrow(request.Scope, Granted(peeked.Scope)).Succeeded(out _, out var tooWide))
        {
            return tooWide;
        }

        if (!(await families.ContinueAsync(request.RefreshToken, client, request.SessionKey, cancellationToken)).Succeeded(out var proof, out var error)
            || !ScopeRule.Narrow(request.Scope, Granted(proof.Family.Scope)).Succeeded(out var scopes, out error))
        {
            return error;
        }

        return new Authorization
        {
            Client = client,
            Account = proof.Family.Account,
            // What the client may no longer have is not refreshed.
            Scopes = scopes.Intersect(context.Client.Client.Scopes),
            AuthTime = proof.Family.AuthTime,
            AuthenticationMethods = proof.Family.Amr.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Continued = proof.Continued,
            SessionKey = request.SessionKey,
        };
    }

    private static ScopeSet Granted(string text) => ScopeSet.Parse(text).Succeeded(out var scopes, out _) ? scopes : ScopeSet.Empty;
}
