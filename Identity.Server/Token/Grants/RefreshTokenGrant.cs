using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>Refreshing, RFC 6749 §6.</summary>
internal sealed class RefreshTokenGrant(RefreshFamilies families, ScopeDirectory directory) : IGrant
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

        // Before the rotation: a request that asks for too much must not use up a token. What a stranger asks for is not looked at.
        if ((request.Scope.Count > 0 || request.Resources.Count > 0)
            && await families.PeekAsync(request.RefreshToken, cancellationToken) is { } peeked
            && string.Equals(peeked.ClientId, client.ClientId, StringComparison.Ordinal)
            && TooWide(request, peeked) is { } refusal)
        {
            return refusal;
        }

        if (!(await families.ContinueAsync(request.RefreshToken, client, request.SessionKey, request.KeyThumbprint, cancellationToken)).Succeeded(out var proof, out var error)
            || !ScopeRule.Narrow(request.Scope, Granted(proof.Family.Scope)).Succeeded(out var scopes, out error)
            || !ResourcesOf(request, proof.Family).Succeeded(out var resources, out error))
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
            Claims = proof.Family.Claims is { } claims && ClaimsRequest.Parse(claims).Succeeded(out var asked, out _) ? asked.Only(directory.Claims(context.Client.Client.Scopes)) : null,
            SessionId = proof.Family.Sid,
            Resources = resources.Names,
            SessionKey = request.SessionKey,
        };
    }

    // RFC 6749 §6 and RFC 8707 §2.2: a refresh may narrow scopes and resources, never widen them.
    private OAuthError? TooWide(TokenRequest request, RefreshFamilyRow family) =>
        ScopeRule.Narrow(request.Scope, Granted(family.Scope)).Error ?? ResourcesOf(request, family).Error;

    private Result<Resources> ResourcesOf(TokenRequest request, RefreshFamilyRow family) =>
        ResourceRule.Narrow(request.Resources, family.Resources?.Split(' ', StringSplitOptions.RemoveEmptyEntries), directory.Resources(Granted(family.Scope)));

    private static ScopeSet Granted(string text) => ScopeSet.Parse(text).Succeeded(out var scopes, out _) ? scopes : ScopeSet.Empty;
}
