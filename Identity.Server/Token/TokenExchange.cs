using System.Collections.Frozen;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Proofs;

namespace Identity.Server.Token;

/// <summary>The pipeline that all grants share: client, grant, allowed, scope, authorize, issue. No HTTP in it; the legacy routes enter at its second step.</summary>
internal sealed class TokenExchange(IEnumerable<IGrant> grants, ClientAuthenticator authenticator, DPoPProofs proofs, ScopeDirectory scopes, TokenIssuer issuer, Telemetry telemetry, ILogger<TokenExchange> logger)
{
    private readonly FrozenDictionary<string, IGrant> byType = grants.ToFrozenDictionary(grant => grant.GrantType, StringComparer.Ordinal);

    public async Task<Result<Issued>> ExchangeAsync(PresentedClient presented, TokenRequest request, PresentedProof proof, Caller caller, CancellationToken cancellationToken)
    {
        if (!(await authenticator.AuthenticateAsync(presented, caller, Endpoints.Token, cancellationToken)).Succeeded(out var client, out var error))
        {
            // Not the presented identifier: it is anybody's text.
            AuditLog.TokenRefused(logger, "?", error.Error, error.Reason);
            Count(request, error);
            return error;
        }

        var (thumbprint, unproved) = await proofs.CheckAsync(proof, accessToken: null, client.Metadata, cancellationToken);
        if (unproved is not null)
        {
            AuditLog.TokenRefused(logger, client.Client.ClientId, unproved.Error, unproved.Reason);
            Count(request, unproved);
            return unproved;
        }

        return await ExchangeAsync(client, request with { KeyThumbprint = thumbprint }, caller, amend: null, cancellationToken);
    }

    /// <param name="client">Proved already.</param>
    /// <param name="request">Whatever its grant type needs.</param>
    /// <param name="caller">Where it came from.</param>
    /// <param name="amend">What the compatibility port adds to a proved authorization, or refuses about it, before anything is issued.</param>
    public async Task<Result<Issued>> ExchangeAsync(
        AuthenticatedClient client,
        TokenRequest request,
        Caller caller,
        Func<Authorization, Task<Result<Authorization>>>? amend,
        CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("token");
        span?.SetTag("client", client.Client.ClientId);
        var result = await AuthorizeAsync(client, request, caller, cancellationToken);
        if (amend is not null && result.Succeeded(out var proved, out _))
        {
            result = await amend(proved);
        }

        if (!result.Succeeded(out var authorization, out var error))
        {
            AuditLog.TokenRefused(logger, client.Client.ClientId, error.Error, error.Reason);
            Count(request, error);
            return error;
        }

        var issued = await issuer.IssueAsync(authorization with { KeyThumbprint = request.KeyThumbprint }, caller.Issuer, scopes.Audience(caller.Issuer, authorization.Scopes, authorization.Resources), cancellationToken);
        Count(request, issued.Error);
        // A machine's own tokens and a refresh are many and say nothing new about anybody; they are counted.
        if (issued.Error is null && authorization is { Account: { } account, Continued: null })
        {
            AuditLog.TokensIssued(logger, client.Client.ClientId, account.Subject, request.GrantType, caller.Address);
        }

        return issued;
    }

    // What nobody offers is not written out: it is anybody's text.
    private void Count(TokenRequest request, OAuthError? error)
    {
        var (grant, outcome) = (byType.ContainsKey(request.GrantType) ? request.GrantType : "unknown", error?.Error ?? "ok");
        telemetry.Tokens.Add(1, new("grant", grant), new("outcome", outcome));
        System.Diagnostics.Activity.Current?.SetTag("grant", grant).SetTag("outcome", outcome);
    }

    private async Task<Result<Authorization>> AuthorizeAsync(AuthenticatedClient client, TokenRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!byType.TryGetValue(request.GrantType, out var grant))
        {
            return OAuthError.UnsupportedGrantType;
        }

        if (!client.Metadata.MayUse(grant.GrantType))
        {
            return OAuthError.UnauthorizedClient("The client is not registered for this grant type.");
        }

        // RFC 9449 §5.2.
        if (client.Metadata.BindsTokens && request.KeyThumbprint is null)
        {
            return OAuthError.InvalidRequest("The DPoP header is missing: the tokens of this client are bound to a key (RFC 9449).");
        }

        if (!ScopeRule.Grant(request.Scope, client.Client.Scopes, grant.Scopes).Succeeded(out var granted, out var error))
        {
            return error;
        }

        // What was granted before is that grant's to say; what is granted now is said by the scopes (RFC 8707 §2).
        if (grant.Scopes == ScopePolicy.Granted)
        {
            return await grant.AuthorizeAsync(new(client, request, granted, caller), cancellationToken);
        }

        if (!ResourceRule.Narrow(request.Resources, null, scopes.Resources(granted)).Succeeded(out var resources, out error))
        {
            return error;
        }

        return (await grant.AuthorizeAsync(new(client, request, granted, caller), cancellationToken)).Succeeded(out var proved, out error)
            ? proved with { Resources = resources.Names, GrantedResources = resources.Names }
            : error;
    }
}
