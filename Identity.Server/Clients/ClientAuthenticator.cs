using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Token;
using Identity.Server.Hosting;
using Identity.Server.Proofs;

namespace Identity.Server.Clients;

/// <summary>The only place where a client proves who it is, RFC 6749 §2.3 and §3.2.1.</summary>
internal sealed class ClientAuthenticator(ClientDirectory directory, ClientAssertions assertions, TimeProvider clock)
{
    /// <summary>Unknown, disabled, internal, wrong method and wrong secret are one and the same refusal.</summary>
    /// <param name="presented">Who the request says it is from.</param>
    /// <param name="caller">Whose issuer an assertion must be meant for.</param>
    /// <param name="endpoint">The path of the endpoint, which an assertion may name in place of the issuer.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<Result<AuthenticatedClient>> AuthenticateAsync(PresentedClient presented, Caller caller, string endpoint, CancellationToken cancellationToken)
    {
        if (directory.Find(presented.ClientId) is not { Metadata.IsInternal: false } client
            || !string.Equals(client.Metadata.TokenEndpointAuthMethod, presented.Method, StringComparison.Ordinal))
        {
            return OAuthError.InvalidClient();
        }

        // "internal" clients never come this far; a public client has nothing to prove.
        var proved = (client.Metadata, presented.Secret) switch
        {
            ({ IsPublic: true }, _) => true,
            (_, null) => false,
            ({ SignsAssertions: true }, var assertion) => await assertions.ProveAsync(client.Metadata, assertion, client.Metadata.IsFapi ? [caller.Issuer] : [caller.Issuer, caller.Issuer + endpoint, caller.Issuer + Endpoints.Token], cancellationToken),
            (_, var secret) => SecretHasher.Matches(client, secret, clock.GetUtcNow()),
        };
        return proved ? AuthenticatedClient.Proved(client) : OAuthError.InvalidClient();
    }

    /// <summary>The client of a legacy API, which has no credentials: the compatibility port vouches for it, because it is the one that calls.</summary>
    public Result<AuthenticatedClient> Vouch(string clientId) =>
        directory.Find(clientId) is { Metadata: { TokenEndpointAuthMethod: ClientAuthenticationMethods.Internal, FirstParty: true } } client
            ? AuthenticatedClient.Proved(client)
            : OAuthError.InvalidClient();
}
