using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Resource owner password credentials, RFC 6749 §4.3. For first-party clients only.</summary>
internal sealed class PasswordGrant(PasswordSignIn signIn, TimeProvider clock) : IGrant
{
    public string GrantType => GrantTypes.Password;

    public ScopePolicy Scopes => ScopePolicy.User;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        // The start refuses such a registration already; this is the door itself.
        if (!context.Client.Metadata.FirstParty || context.Client.Metadata.IsFapi)
        {
            return OAuthError.UnauthorizedClient("The password grant is for first-party clients.");
        }

        if (context.Request is not { Username: { } username, Password: { } password })
        {
            return OAuthError.InvalidRequest("username and password are required.");
        }

        var door = context.Request.PasswordAlone ? PasswordDoor.PasswordOnly : PasswordDoor.Whole;
        return (await signIn.CheckAsync(username, password, door, context.Caller, cancellationToken)).Succeeded(out var proof, out var error)
            ? new Authorization
            {
                Client = context.Client.Metadata,
                Account = proof.Account,
                Scopes = context.Scopes,
                AuthTime = clock.GetUtcNow(),
                AuthenticationMethods = [proof.Method],
                SessionKey = context.Request.SessionKey,
            }
            : error;
    }
}
