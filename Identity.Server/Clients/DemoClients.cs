using System.Text.Json;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;

namespace Identity.Server.Clients;

/// <summary>The clients of Development: <c>demo</c> of the quick start, and one for each program under <c>samples/</c>. In code and not in a file: a file of demonstration clients would be copied to Production.</summary>
internal static class DemoClients
{
    public const string Secret = "demo-secret-for-development-only";

    /// <summary>What the sample API asks for, and whose it is. Known while the configuration has scopes of its own as little as resources.</summary>
    public const string Scope = "notes";

    public const string Resource = "urn:sample:notes";

    private const string WebApp = "http://localhost:5001";
    private const string Spa = "http://localhost:5002";

    // The public half of samples/Service/key.json, which everybody has.
    private const string ServiceKey = """{"keys":[{"kty":"EC","crv":"P-256","kid":"sample","use":"sig","x":"P8Ym5dMvEAKND1mlQvM9RqiGK9941oe46wRQRpGa5Es","y":"bMNQGtjM194BFiUNp_7Q19iDwabwDARViU_zOwcLiyk"}]}""";

    /// <param name="scopes">Those that the server knows.</param>
    public static IReadOnlyList<ClientMetadata> Of(IReadOnlyCollection<string> scopes)
    {
        var notes = scopes.Contains(Scope, StringComparer.Ordinal) ? $" {Scope}" : "";
        return
        [
            new()
            {
                ClientId = "demo",
                ClientName = "Demo",
                ClientSecret = Secret,
                GrantTypes = [GrantTypes.Password, GrantTypes.RefreshToken, GrantTypes.ClientCredentials],
                Scope = "openid profile email phone address offline_access",
                FirstParty = true,
                MayIntrospect = true,
            },
            new()
            {
                ClientId = "sample-web",
                ClientName = "The sample web application",
                ClientUri = WebApp,
                ClientSecret = Secret,
                // As the framework's OAuth handler sends it.
                TokenEndpointAuthMethod = ClientAuthenticationMethods.Post,
                GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
                RedirectUris = [$"{WebApp}/signin-identity"],
                PostLogoutRedirectUris = [$"{WebApp}/"],
                Scope = "openid profile email offline_access" + notes,
            },
            new()
            {
                ClientId = "sample-spa",
                ClientName = "The sample single page application",
                ClientUri = Spa,
                TokenEndpointAuthMethod = ClientAuthenticationMethods.None,
                GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
                RedirectUris = [$"{Spa}/"],
                PostLogoutRedirectUris = [$"{Spa}/"],
                CorsOrigins = [Spa],
                Scope = "openid profile email offline_access" + notes,
            },
            new()
            {
                ClientId = "sample-device",
                ClientName = "The sample device",
                TokenEndpointAuthMethod = ClientAuthenticationMethods.None,
                GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken],
                Scope = "openid profile offline_access" + notes,
            },
            new()
            {
                ClientId = "sample-service",
                ClientName = "The sample service",
                TokenEndpointAuthMethod = ClientAuthenticationMethods.PrivateKeyJwt,
                Jwks = JsonElement.Parse(ServiceKey),
                GrantTypes = [GrantTypes.ClientCredentials],
                Scope = notes.Trim(),
            },
        ];
    }
}
