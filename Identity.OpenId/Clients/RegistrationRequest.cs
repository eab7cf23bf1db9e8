using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Token;

namespace Identity.OpenId.Clients;

/// <summary>What a stranger may say of a client, RFC 7591 §2: the RFCs' own words, and nothing that only an operator may grant.</summary>
public static class RegistrationRequest
{
    private static readonly string[] Words =
    [
        "redirect_uris", "token_endpoint_auth_method", "grant_types", "client_name", "client_uri", "logo_uri", "scope", "contacts", "tos_uri", "policy_uri",
        "jwks_uri", "jwks", "application_type", "post_logout_redirect_uris", "backchannel_logout_uri", "backchannel_logout_session_required", "id_token_signed_response_alg",
        "userinfo_signed_response_alg", "introspection_signed_response_alg", "require_auth_time", "require_pushed_authorization_requests", "dpop_bound_access_tokens", "subject_type", "sector_identifier_uri",
    ];

    /// <summary>Grants in which a person is asked. The others act without one, and that is for the operator to allow.</summary>
    public static IReadOnlyList<string> Grants { get; } = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.DeviceCode];

    /// <summary>The registration that a request asks for, without secrets. §2: words that are unknown here are ignored, and so are the operator's.</summary>
    /// <param name="json">The request.</param>
    /// <param name="clientId">Given by the server.</param>
    /// <param name="scopes">Scopes that a registered client may have.</param>
    /// <param name="production">See <see cref="ClientRules"/>.</param>
    public static Result<ClientMetadata> Read(JsonObject json, string clientId, IReadOnlyCollection<string> scopes, bool production)
    {
        if (json["response_types"] is { } types && types.ToJsonString() is not """["code"]""")
        {
            return Invalid("response_types must be code alone.");
        }

        var known = new JsonObject(Words.Where(word => json[word] is not null).Select(word => KeyValuePair.Create(word, json[word]?.DeepClone())))
        {
            ["client_id"] = clientId,
        };
        known.TryAdd("scope", "openid");
        known.TryAdd("grant_types", new JsonArray(GrantTypes.AuthorizationCode));
        var (client, mistake) = ClientMetadata.Read(known.ToJsonString());
        // A person is always asked: nobody here has vouched for the client.
        client = client is null ? null : client with { RequireConsent = true, IsStranger = true };
        mistake ??= Mistake(client!) ?? ClientRules.Mistakes(WithSecret(client!), Grants, scopes, production).FirstOrDefault();
        return mistake is null ? client! : Invalid(mistake);
    }

    /// <summary>What is shown of a registration: the same words, and its identifier.</summary>
    public static JsonObject Show(ClientMetadata client)
    {
        var all = JsonNode.Parse(client.Write())!.AsObject();
        return new JsonObject([KeyValuePair.Create<string, JsonNode?>("client_id", client.ClientId), .. Words.Where(word => all[word] is not null).Select(word => KeyValuePair.Create(word, all[word]?.DeepClone()))])
        {
            ["response_types"] = new JsonArray("code"),
        };
    }

    /// <summary>Whether an address can be one client's alone. That of the own machine is everybody's.</summary>
    public static bool IsOwned(string redirectUri) => !(Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri) && uri.Scheme is "http" && uri.IsLoopback);

    /// <summary>An address as browsers understand it: however the host is written and whether or not the usual port is named, it is one place.</summary>
    public static string Canonical(string redirectUri) => Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri) ? uri.AbsoluteUri : redirectUri;

    // ClientRules takes an operator's word for what people are shown.
    private static string? Mistake(ClientMetadata client)
    {
        if (client.IsInternal)
        {
            return "token_endpoint_auth_method must be one of " + string.Join(", ", ClientAuthenticationMethods.Offered) + ".";
        }

        if (client.ClientName?.Length > 100 || client.Contacts.Count > 10 || client.Contacts.Any(contact => contact.Length > 256) || client.RedirectUris.Count > 20 || client.PostLogoutRedirectUris.Count > 20)
        {
            return "client_name, contacts or a list of addresses is too long.";
        }

        // The server itself goes there: a stranger must not send it to its own machine or to a neighbour that the stranger cannot reach.
        foreach (var (name, uri) in new[] { ("jwks_uri", client.JwksUri), ("sector_identifier_uri", client.SectorIdentifierUri), ("backchannel_logout_uri", client.BackchannelLogoutUri) })
        {
            if (uri is not null && !(Uri.TryCreate(uri, UriKind.Absolute, out var there) && there.Scheme is "https" && PublicAddresses.MayBePublic(there)))
            {
                return $"{name} must be an https URI of a public host.";
            }
        }

        return new[] { ("client_uri", client.ClientUri), ("logo_uri", client.LogoUri), ("tos_uri", client.TosUri), ("policy_uri", client.PolicyUri) }
            .Where(one => one.Item2 is not null && RedirectUri.Mistake(one.Item2, native: false) is not null)
            .Select(one => $"{one.Item1} must be an https URI without a fragment.").FirstOrDefault();
    }

    // The server makes it afterwards; the rules ask for one.
    private static ClientMetadata WithSecret(ClientMetadata client) => client.TakesSecret ? client with { ClientSecretHashes = [new("")] } : client;

    private static OAuthError Invalid(string mistake) => new(mistake.StartsWith("redirect_uris", StringComparison.Ordinal) ? "invalid_redirect_uri" : "invalid_client_metadata", mistake);
}
