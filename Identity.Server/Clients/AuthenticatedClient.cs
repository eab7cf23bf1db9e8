using Identity.OpenId.Clients;

namespace Identity.Server.Clients;

/// <summary>A client that has proved itself. <see cref="ClientAuthenticator"/> alone makes one, so whoever holds it need not ask again.</summary>
internal sealed class AuthenticatedClient
{
    private AuthenticatedClient(RegisteredClient client) => Client = client;

    public RegisteredClient Client { get; }

    public ClientMetadata Metadata => Client.Metadata;

    internal static AuthenticatedClient Proved(RegisteredClient client) => new(client);
}
