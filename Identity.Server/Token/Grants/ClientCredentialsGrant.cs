using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Client credentials, RFC 6749 §4.4: the client acts for itself, and its proof is its authentication.</summary>
internal sealed class ClientCredentialsGrant(TimeProvider clock) : IGrant
{
    public string GrantType => GrantTypes.ClientCredentials;

    public ScopePolicy Scopes => ScopePolicy.Machine;

    public Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken) =>
        // §4.4: a public client proves nothing, so it has nothing to give.
        Task.FromResult<Result<Authorization>>(context.Client.Metadata.IsPublic
            ? OAuthError.UnauthorizedClient("A public client cannot use this grant type.")
            : new Authorization { Client = context.Client.Metadata, Scopes = context.Scopes, AuthTime = clock.GetUtcNow() });
}
