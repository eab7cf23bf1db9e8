using System.Text.Json.Nodes;
using Identity.OpenId.Token;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Support;

/// <summary>Clients of the code flow, and the sentences of one.</summary>
public class CodeFlowHost : IdentityHost
{
    public const string Callback = "https://rp.example/callback";
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    /// <summary>The key pair of the clients that sign assertions.</summary>
    public SigningClient SigningClient { get; } = new();

    protected override JsonArray Clients =>
    [
        .. base.Clients.Where(client => client!["client_id"]!.GetValue<string>() != "https://api.example").Select(client => client!.DeepClone()),
        Client("site", client => client["first_party"] = true),
        Client("shop", client => client["client_name"] = "The Shop"),
        Client("spa", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "none";
            client["cors_origins"] = new JsonArray("https://spa.example");
        }),
        Client("native", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "none";
            client["application_type"] = "native";
            client["redirect_uris"] = new JsonArray("http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback");
        }),
        Client("lax", client => client["require_pkce"] = false),
        Client("reference", client => (client["access_token_format"], client["first_party"]) = ("reference", true)),
        Client("told", client => (client["backchannel_logout_uri"], client["first_party"]) = ("https://rp.example/logout", true)),
        Client("signing", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "private_key_jwt";
            client["grant_types"] = new JsonArray("client_credentials", "authorization_code");
            client["jwks"] = SigningClient.Jwks();
        }),
        Client("publishing", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "private_key_jwt";
            client["grant_types"] = new JsonArray("client_credentials");
            client["redirect_uris"] = new JsonArray();
            client["jwks_uri"] = "https://rp.example/keys";
        }),
        Client("box", client =>
        {
            client.Remove("client_secret");
            client["token_endpoint_auth_method"] = "none";
            client["grant_types"] = new JsonArray("urn:ietf:params:oauth:grant-type:device_code");
        }),
        Client("bank", client =>
        {
            client.Remove("client_secret");
            client["profile"] = "fapi2";
            client["token_endpoint_auth_method"] = "private_key_jwt";
            client["grant_types"] = new JsonArray("authorization_code", "refresh_token", "client_credentials");
            client["jwks"] = SigningClient.Jwks();
            client["id_token_signed_response_alg"] = "ES256";
            client["first_party"] = true;
        }),
        Client("pair", client => (client["subject_type"], client["first_party"], client["backchannel_logout_uri"]) = ("pairwise", true, "https://rp.example/pair-logout")),
        Client("twin", client => (client["subject_type"], client["first_party"], client["userinfo_signed_response_alg"]) = ("pairwise", true, "ES256")),
        Client("far", client => (client["subject_type"], client["first_party"], client["sector_identifier_uri"]) = ("pairwise", true, "https://far.example/sector")),
        Client("https://api.example", client => (client["grant_types"], client["scope"]) = (new JsonArray("urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials"), "openid profile offline_access api")),
        Client("gateway", client => (client["grant_types"], client["token_exchange_from"], client["scope"], client["access_token_lifetime"]) = (new JsonArray("urn:ietf:params:oauth:grant-type:token-exchange"), new JsonArray("web", "app", "https://api.example", "gateway"), "openid email api", "12:00:00")),
        Client("binding", client => (client["dpop_bound_access_tokens"], client["grant_types"]) = (true, new JsonArray("client_credentials"))),
        Client("nonced", client => (client["require_dpop_nonce"], client["grant_types"]) = (true, new JsonArray("client_credentials"))),
        Client("pushing", client => client["require_pushed_authorization_requests"] = true),
    ];

    /// <summary>The address of an authorization request of <paramref name="client"/>; a null value takes a parameter out.</summary>
    public static string Request(string client, params (string Name, string? Value)[] parameters)
    {
        var all = new Dictionary<string, string?>
        {
            ["client_id"] = client,
            ["redirect_uri"] = Callback,
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["state"] = "a state",
            ["nonce"] = "a nonce",
            ["code_challenge"] = Pkce.Challenge(Verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in parameters)
        {
            all[name] = value;
        }

        return QueryHelpers.AddQueryString("/connect/authorize", all.Where(pair => pair.Value is not null));
    }

    protected static JsonObject Client(string id, Action<JsonObject> change)
    {
        var client = new JsonObject
        {
            ["client_id"] = id,
            ["client_secret"] = Secret,
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray(Callback),
            ["post_logout_redirect_uris"] = new JsonArray("https://rp.example/bye"),
            ["scope"] = "openid profile email offline_access api",
        };
        change(client);
        return client;
    }
}

internal static class CodeFlow
{
    public static Task<Answer> RedeemAsync(this IdentityHost host, string client, string code, string? verifier = CodeFlowHost.Verifier, string redirectUri = CodeFlowHost.Callback) =>
        host.TokenAsync(client, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectUri), .. verifier is null ? Array.Empty<(string, string)>() : [("code_verifier", verifier)]]);
}
