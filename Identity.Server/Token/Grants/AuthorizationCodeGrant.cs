using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Redeeming a code, RFC 6749 §4.1.3. All is checked here; the code is used up by the commit that begins what it gives.</summary>
internal sealed class AuthorizationCodeGrant(AuthorizationCodes codes, ScopeDirectory directory) : IGrant
{
    public string GrantType => GrantTypes.AuthorizationCode;

    public ScopePolicy Scopes => ScopePolicy.Granted;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        var (request, client) = (context.Request, context.Client.Metadata);
        if (request is not { Code: { } code, RedirectUri: { } redirectUri })
        {
            return OAuthError.InvalidRequest("code and redirect_uri are required.");
        }

        if (await codes.FindAsync(code, client, cancellationToken) is not { } row || !string.Equals(row.RedirectUri, redirectUri, StringComparison.Ordinal))
        {
            return AuthorizationCodes.Spent;
        }

        // A wrong verifier, key or address spends nothing: the RFCs ask for a code that is redeemed once (RFC 6749 §4.1.2, RFC 9700 §2.1.1),
        // a verifier of 256 bits is not guessed in a minute, and whoever merely saw a code could else end the person's sign-in with it.
        if (Pkce.Check(row.Challenge, request.CodeVerifier) is { } unproved)
        {
            return unproved;
        }

        // RFC 9449 §10: begun with one key, redeemed with another, is somebody else's code.
        if (row.KeyThumbprint is { } bound && !string.Equals(bound, request.KeyThumbprint, StringComparison.Ordinal))
        {
            return OAuthError.InvalidGrant("The authorization code is bound to another key.", RefusalReason.WrongKey);
        }

        _ = ScopeSet.Parse(row.Scope).Succeeded(out var scopes, out _);
        var granted = row.Resources.Length > 0 ? row.Resources.Split(' ') : null;
        if (!ResourceRule.Narrow(request.Resources, granted, directory.Resources(scopes!)).Succeeded(out var resources, out var error))
        {
            return error;
        }

        return new Authorization
        {
            Client = client,
            Account = row.Account,
            Scopes = scopes!,
            AuthTime = row.AuthTime,
            AuthenticationMethods = row.Amr.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            CodeHash = row.CodeHash,
            SessionId = row.Sid,
            Nonce = row.Nonce,
            Claims = row.Claims is { } claims && ClaimsRequest.Parse(claims).Succeeded(out var asked, out _) ? asked : null,
            GrantedResources = granted,
            Resources = resources.Names,
        };
    }
}
