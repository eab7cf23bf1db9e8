using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;

namespace Identity.Server.Token.Grants;

/// <summary>
/// A service that goes on for the person who called it, RFC 8693. Delegation only: the new token always says who acts. It has never more
/// scope, never a longer life and never a weaker binding than the one it is made of, and ends with the same refresh family.
/// </summary>
internal sealed class TokenExchangeGrant(AccessTokens tokens, ScopeDirectory directory, TimeProvider clock, ILogger<TokenExchangeGrant> logger) : IGrant
{
    // RFC 8693 §2.2.2. One sentence for every token that is not good here, so that nothing about it is told.
    private const string NotGood = "The subject token or the actor token is not valid for this client.";

    public string GrantType => GrantTypes.TokenExchange;

    public ScopePolicy Scopes => ScopePolicy.Granted;

    public async Task<Result<Authorization>> AuthorizeAsync(GrantContext context, CancellationToken cancellationToken)
    {
        var (request, client) = (context.Request, context.Client.Metadata);
        if (client.IsPublic)
        {
            return OAuthError.UnauthorizedClient("A public client cannot use this grant type.");
        }

        var exchange = request.Exchange!;
        if (exchange.Mistake() is { } mistake)
        {
            return mistake;
        }

        if (!(await tokens.ReadAsync(exchange.SubjectToken, context.Caller.Issuer, cancellationToken)).Succeeded(out var subject, out var error))
        {
            return NotValid(error.Reason);
        }

        if (subject.Account is not { } account || !MayTake(client, subject.Claims))
        {
            return NotValid(RefusalReason.ForeignToken);
        }

        // A bound token must not become one that anybody can use.
        if (subject.Claims.KeyThumbprint is not null && request.KeyThumbprint is null)
        {
            return OAuthError.InvalidRequest("The DPoP header is missing: the subject token is bound to a key (RFC 9449).");
        }

        var actor = new Actor(client.ClientId, subject.Claims.Actor);
        if (exchange.ActorToken is { } acting)
        {
            if (!(await tokens.ReadAsync(acting, context.Caller.Issuer, cancellationToken)).Succeeded(out var presented, out error) || !string.Equals(presented.Claims.ClientId, client.ClientId, StringComparison.Ordinal))
            {
                return NotValid(error?.Reason ?? RefusalReason.ForeignToken);
            }

            actor = actor with { Subject = presented.Claims.Subject };
        }

        if (actor.Hands > Actor.MaxHands)
        {
            return OAuthError.InvalidRequest("The subject token went through too many hands already.");
        }

        // Both must have it: the person's token and the registration. Nothing that outlives or proves a sign-in goes along.
        var ceiling = subject.Claims.Scope.Intersect(context.Client.Client.Scopes).Except(scope => scope is StandardScopes.OfflineAccess);
        if (ceiling.Count == 0)
        {
            return OAuthError.InvalidScope("The subject token has no scope that this client may have.");
        }

        if (!ScopeRule.Narrow(request.Scope, ceiling).Succeeded(out var scopes, out error)
            || !ResourceRule.Narrow([.. request.Resources, .. exchange.Audiences], null, directory.Resources(scopes)).Succeeded(out var resources, out error))
        {
            return error;
        }

        var left = subject.Claims.ExpiresAt - clock.GetUtcNow();
        AuditLog.TokenExchanged(logger, client.ClientId, account.Subject, subject.Claims.ClientId);
        return new Authorization
        {
            Client = client,
            Account = account,
            Scopes = scopes,
            AuthTime = subject.Claims.AuthTime ?? subject.Claims.IssuedAt,
            AuthenticationMethods = subject.Claims.AuthenticationMethods,
            Resources = resources.Names,
            Actor = actor,
            Within = subject.Claims.Id.Family,
            AccessTokenLifetime = left < client.AccessTokenLifetime ? left : client.AccessTokenLifetime,
        };
    }

    // Meant for the client, or of a client whose tokens the operator lets it take.
    private static bool MayTake(ClientMetadata client, AccessTokenClaims token) =>
        token.Audience.Contains(client.ClientId, StringComparer.Ordinal) || client.TokenExchangeFrom.Contains(token.ClientId, StringComparer.Ordinal);

    private static OAuthError NotValid(RefusalReason reason) => OAuthError.InvalidRequest(NotGood) with { Reason = reason };
}
