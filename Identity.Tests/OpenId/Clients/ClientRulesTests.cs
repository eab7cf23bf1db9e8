using Identity.OpenId.Clients;

namespace Identity.Tests.OpenId.Clients;

public sealed class ClientRulesTests
{
    private const string Hash = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

    private static readonly string[] Offered = ["password", "client_credentials", "refresh_token"];
    private static readonly string[] Scopes = ["openid", "profile", "offline_access", "api"];

    private static readonly ClientMetadata Good = new()
    {
        ClientId = "app",
        ClientSecret = new string('s', 32),
        GrantTypes = ["password", "client_credentials", "refresh_token"],
        Scope = "openid profile offline_access api",
        FirstParty = true,
    };

    public static TheoryData<string, ClientMetadata> Registrations => new()
    {
        { "", Good },
        { "", Good with { ClientSecret = null, ClientSecretHash = Hash } },
        { "", Good with { ClientSecret = null, ClientSecretHashes = [new(Hash)] } },
        { "", Good with { TokenEndpointAuthMethod = "client_secret_post" } },
        { "", Good with { TokenEndpointAuthMethod = "none", ClientSecret = null, GrantTypes = ["password", "refresh_token"] } },
        { "", Good with { TokenEndpointAuthMethod = "internal", ClientSecret = null } },
        { "", Good with { GrantTypes = [], Scope = "", FirstParty = false } },
        { "", Good with { IdTokenSignedResponseAlg = "ES256" } },
        { "", Good with { ClientId = new string('a', 128) } },
        { "", Good with { ClientId = "u" } },
        { "", Good with { ClientId = "!~U_:/?=&+%" } },
        { "", Good with { RefreshReplayWindow = TimeSpan.Zero, RefreshTokenAbsoluteLifetime = TimeSpan.FromDays(30) } },

        { "client_id must be 1 to 128 printable ASCII characters without spaces.", Good with { ClientId = "" } },
        { "client_id must be 1 to 128 printable ASCII characters without spaces.", Good with { ClientId = new string('a', 129) } },
        { "client_id must be 1 to 128 printable ASCII characters without spaces.", Good with { ClientId = "a b" } },
        { "client_id must be 1 to 128 printable ASCII characters without spaces.", Good with { ClientId = "a\u007f" } },
        { "client_id must be 1 to 128 printable ASCII characters without spaces.", Good with { ClientId = "应用" } },
        { "client_id must not begin with u_, as subjects of accounts do.", Good with { ClientId = "u_1" } },
        { "token_endpoint_auth_method must be one of client_secret_basic, client_secret_post, private_key_jwt, none.", Good with { TokenEndpointAuthMethod = "tls_client_auth" } },
        { "token_endpoint_auth_method must be one of client_secret_basic, client_secret_post, private_key_jwt, none.", Good with { TokenEndpointAuthMethod = "Client_Secret_Basic" } },
        { "client_secret has no use with this token_endpoint_auth_method.", Good with { TokenEndpointAuthMethod = "none", GrantTypes = [] } },
        { "client_secret has no use with this token_endpoint_auth_method.", Good with { TokenEndpointAuthMethod = "internal" } },
        { "client_secret has no use with this token_endpoint_auth_method.", Good with { TokenEndpointAuthMethod = "none", GrantTypes = [], ClientSecret = null, ClientSecretHash = Hash } },
        { "client_secret has no use with this token_endpoint_auth_method.", Good with { TokenEndpointAuthMethod = "none", GrantTypes = [], ClientSecret = null, ClientSecretHashes = [new(Hash)] } },
        { "client_secret or client_secret_hash is missing.", Good with { ClientSecret = null } },
        { "client_secret or client_secret_hash is missing.", Good with { ClientSecret = "", ClientSecretHash = "", TokenEndpointAuthMethod = "client_secret_post" } },
        { "client_secret_hash must be the base64url of a SHA-256, 43 characters.", Good with { ClientSecretHash = Hash[1..] } },
        { "client_secret_hash must be the base64url of a SHA-256, 43 characters.", Good with { ClientSecretHash = new string('!', 43) } },
        { "client_secret must have 32 characters or more in Production.", Good with { ClientSecret = new string('s', 31) } },
        { "grant_types has implicit, which is not one of password, client_credentials, refresh_token.", Good with { GrantTypes = ["refresh_token", "implicit"] } },
        { "grant_types has password, which takes first_party: true.", Good with { FirstParty = false } },
        { "grant_types has client_credentials, which a public client cannot use.", Good with { TokenEndpointAuthMethod = "none", ClientSecret = null } },
        { "scope is malformed.", Good with { Scope = "openid \"api\"" } },
        { "scope has other, which is neither a standard scope nor one of Scopes.", Good with { Scope = "openid other" } },
        { "id_token_signed_response_alg must be RS256 or ES256.", Good with { IdTokenSignedResponseAlg = "none" } },
        { "id_token_signed_response_alg must be RS256 or ES256.", Good with { IdTokenSignedResponseAlg = "HS256" } },
        { "access_token_lifetime must be between 00:00:10 and 30.00:00:00.", Good with { AccessTokenLifetime = TimeSpan.FromSeconds(9) } },
        { "access_token_lifetime must be between 00:00:10 and 30.00:00:00.", Good with { AccessTokenLifetime = TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1) } },
        { "id_token_lifetime must be between 00:00:10 and 1.00:00:00.", Good with { IdTokenLifetime = TimeSpan.Zero } },
        { "id_token_lifetime must be between 00:00:10 and 1.00:00:00.", Good with { IdTokenLifetime = TimeSpan.FromHours(25) } },
        { "refresh_token_lifetime must be between 00:01:00 and 3650.00:00:00.", Good with { RefreshTokenLifetime = TimeSpan.FromSeconds(59) } },
        { "refresh_token_lifetime must be between 00:01:00 and 3650.00:00:00.|refresh_token_absolute_lifetime must be between 3651.00:00:00 and 3650.00:00:00.", Good with { RefreshTokenLifetime = TimeSpan.FromDays(3651) } },
        { "refresh_token_absolute_lifetime must be between 30.00:00:00 and 3650.00:00:00.", Good with { RefreshTokenAbsoluteLifetime = TimeSpan.FromDays(29) } },
        { "refresh_token_absolute_lifetime must be between 30.00:00:00 and 3650.00:00:00.", Good with { RefreshTokenAbsoluteLifetime = TimeSpan.FromDays(3651) } },
        { "refresh_replay_window must be between 00:00:00 and 01:00:00.", Good with { RefreshReplayWindow = TimeSpan.FromSeconds(-1) } },
        { "refresh_replay_window must be between 00:00:00 and 01:00:00.", Good with { RefreshReplayWindow = TimeSpan.FromMinutes(61) } },
        { "client_id must be 1 to 128 printable ASCII characters without spaces.|client_secret or client_secret_hash is missing.", new() },
    };

    [Theory, MemberData(nameof(Registrations), DisableDiscoveryEnumeration = true)]
    public void Each_mistake_is_one_sentence(string mistakes, ClientMetadata client) =>
        Assert.Equal(mistakes, string.Join('|', ClientRules.Mistakes(client, Offered, Scopes, production: true)));

    [Fact]
    public void A_short_secret_is_no_mistake_outside_production() =>
        Assert.Empty(ClientRules.Mistakes(Good with { ClientSecret = "s" }, Offered, Scopes, production: false));

    [Fact]
    public void A_client_of_the_defaults_and_a_name_and_a_secret_is_good() =>
        Assert.Empty(ClientRules.Mistakes(ClientMetadata.Read($$"""{"client_id":"app","client_secret":"{{Good.ClientSecret}}"}""").Client!, Offered, Scopes, production: true));
}
