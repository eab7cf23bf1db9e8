using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Our own grant for devices of the old APIs that hold an API key: <c>api_key</c> in place of name and password.</summary>
internal sealed class ApiKeyGrant(ApiKeys keys, TimeProvider clock) : IGrant
{
    public string GrantType => GrantTypes.ApiKey;

    public ScopePolicy Scopes => ScopePolicy.User;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        if (context.Request.ApiKey is not { } key)
        {
            return OAuthError.InvalidRequest("api_key is required.");
        }

        return (await keys.SignInAsync(key, context.Caller, cancellationToken)).Succeeded(out var account, out var error)
            ? new Authorization
            {
                Client = context.Client.Metadata,
                Account = account,
                Scopes = context.Scopes,
                AuthTime = clock.GetUtcNow(),
                // RFC 8176 has no word for it; this one claims no password and no possession that was proved.
                AuthenticationMethods = ["api_key"],
                // Whoever has the key needs nothing to refresh with, and a key that was taken back must not live on in a family.
                MayRefresh = false,
                Resources = context.Request.Resources.Count > 0 ? context.Request.Resources : null,
            }
            : error;
    }
}
