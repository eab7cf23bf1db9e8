using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Token;

namespace Identity.Server.Clients;

/// <summary>The only place where a client proves who it is, RFC 6749 §2.3 and §3.2.1.</summary>
internal sealed class ClientAuthenticator(ClientDirectory directory, TimeProvider clock)
{
    /// <summary>Unknown, disabled, internal, wrong method and wrong secret are one and the same refusal.</summary>
    public Result<AuthenticatedClient> Authenticate(PresentedClient presented)
    {
        if (directory.Find(presented.ClientId) is not { Metadata.IsInternal: false } client
            || !string.Equals(client.Metadata.TokenEndpointAuthMethod, presented.Method, StringComparison.Ordinal))
        {
            return OAuthError.InvalidClient();
        }

        // "internal" clients never come this far; a public client has nothing to prove.
        return client.Metadata.IsPublic || (presented.Secret is { } secret && SecretHasher.Matches(client, secret, clock.GetUtcNow()))
            ? AuthenticatedClient.Proved(client)
            : OAuthError.InvalidClient();
    }

    /// <summary>The client of a legacy API, which has no credentials: the compatibility port vouches for it, because it is the one that calls.</summary>
    public Result<AuthenticatedClient> Vouch(string clientId) =>
        directory.Find(clientId) is { Metadata: { TokenEndpointAuthMethod: ClientAuthenticationMethods.Internal, FirstParty: true } } client
            ? AuthenticatedClient.Proved(client)
            : OAuthError.InvalidClient();
}
