using Identity.OpenId.Scopes;
using Identity.OpenId.Token;

namespace Identity.OpenId.Clients;

/// <summary>What a registration must be like. Each mistake is one sentence that names the setting.</summary>
public static class ClientRules
{
    /// <summary>A subject begins so and a client_id never does, so a machine's <c>sub</c> can never be taken for a person's.</summary>
    public const string SubjectPrefix = "u_";

    private const int LeastSecretLength = 32;

    /// <param name="client">The registration.</param>
    /// <param name="offered">Grant types that this server has.</param>
    /// <param name="scopes">Scopes that this server knows.</param>
    /// <param name="production">Whether a secret that a person could guess is refused.</param>
    public static IEnumerable<string> Mistakes(ClientMetadata client, IReadOnlyCollection<string> offered, IReadOnlyCollection<string> scopes, bool production)
    {
        if (client.ClientId.Length is 0 or > 128 || !client.ClientId.All(c => c is > ' ' and < '\x7F'))
        {
            yield return "client_id must be 1 to 128 printable ASCII characters without spaces.";
        }

        if (client.ClientId.StartsWith(SubjectPrefix, StringComparison.Ordinal))
        {
            yield return $"client_id must not begin with {SubjectPrefix}, as subjects of accounts do.";
        }

        if (!client.IsInternal && !ClientAuthenticationMethods.Offered.Contains(client.TokenEndpointAuthMethod, StringComparer.Ordinal))
        {
            yield return $"token_endpoint_auth_method must be one of {string.Join(", ", ClientAuthenticationMethods.Offered)}.";
        }

        var hasSecret = client.ClientSecret is { Length: > 0 } || client.ClientSecretHash is { Length: > 0 } || client.ClientSecretHashes.Count > 0;
        if (hasSecret && (client.IsPublic || client.IsInternal || client.SignsAssertions))
        {
            yield return "client_secret has no use with this token_endpoint_auth_method.";
        }

        if (!hasSecret && !client.IsPublic && !client.IsInternal && !client.SignsAssertions)
        {
            yield return "client_secret or client_secret_hash is missing.";
        }

        if (client.ClientSecretHash is { Length: > 0 } hash && !Tokens.Handle.IsWellFormed(hash))
        {
            yield return "client_secret_hash must be the base64url of a SHA-256, 43 characters.";
        }

        if (production && client.ClientSecret is { Length: > 0 and < LeastSecretLength })
        {
            yield return $"client_secret must have {LeastSecretLength} characters or more in Production.";
        }

        foreach (var grant in client.GrantTypes.Where(grant => !offered.Contains(grant, StringComparer.Ordinal)))
        {
            yield return $"grant_types has {grant}, which is not one of {string.Join(", ", offered)}.";
        }

        if (client.MayUse(GrantTypes.Password) && !client.FirstParty)
        {
            yield return "grant_types has password, which takes first_party: true.";
        }

        foreach (var grant in client.GrantTypes.Where(grant => grant is GrantTypes.QQ or GrantTypes.WeChat && client.ExternalApps.Count == 0))
        {
            yield return $"grant_types has {grant}, which takes external_apps.";
        }

        if (client.MayUse(GrantTypes.ClientCredentials) && client.IsPublic)
        {
            yield return "grant_types has client_credentials, which a public client cannot use.";
        }

        if (client.MayUse(GrantTypes.TokenExchange) && client.IsPublic)
        {
            yield return $"grant_types has {GrantTypes.TokenExchange}, which a public client cannot use.";
        }

        if (!client.MayUse(GrantTypes.TokenExchange) && client.TokenExchangeFrom.Count > 0)
        {
            yield return $"token_exchange_from has no use without the grant {GrantTypes.TokenExchange}.";
        }

        if (!ScopeSet.Parse(client.Scope).Succeeded(out var asked, out _))
        {
            yield return "scope is malformed.";
        }
        else
        {
            foreach (var scope in asked.Where(scope => !scopes.Contains(scope, StringComparer.Ordinal)))
            {
                yield return $"scope has {scope}, which is neither a standard scope nor one of Scopes.";
            }
        }

        if (client.SignsAssertions && (client.Jwks is null) == (client.JwksUri is null))
        {
            yield return "token_endpoint_auth_method private_key_jwt takes either jwks or jwks_uri.";
        }

        if (client.Jwks is { } jwks && !ClientKeySet.IsPublic(jwks))
        {
            yield return "jwks must be a set of public RSA or EC keys, without private parts.";
        }

        foreach (var (name, uri) in new[] { ("jwks_uri", client.JwksUri), ("backchannel_logout_uri", client.BackchannelLogoutUri), ("sector_identifier_uri", client.SectorIdentifierUri) })
        {
            if (uri is not null && (Authorize.RedirectUri.Mistake(uri, native: false) is not null))
            {
                yield return $"{name} must be an https URI without a fragment.";
            }
        }

        foreach (var mistake in FapiRules.Mistakes(client))
        {
            yield return mistake;
        }

        foreach (var (name, uri) in new[] { ("client_uri", client.ClientUri), ("logo_uri", client.LogoUri), ("policy_uri", client.PolicyUri), ("tos_uri", client.TosUri) })
        {
            // People follow them from our pages.
            if (uri is not null && !(Uri.TryCreate(uri, UriKind.Absolute, out var shown) && shown.Scheme is "https" or "http"))
            {
                yield return $"{name} must be a web address.";
            }
        }

        if (client.AccessTokenFormat is not ("jwt" or "reference"))
        {
            yield return "access_token_format must be jwt or reference.";
        }

        if (client.ApplicationType is not ("web" or "native"))
        {
            yield return "application_type must be web or native.";
        }

        foreach (var (name, uri) in client.RedirectUris.Select(uri => ("redirect_uris", uri)).Concat(client.PostLogoutRedirectUris.Select(uri => ("post_logout_redirect_uris", uri))))
        {
            if (Authorize.RedirectUri.Mistake(uri, client.IsNative) is { } mistake)
            {
                yield return $"{name}: each {mistake}.";
            }
        }

        if (client.MayUse(GrantTypes.AuthorizationCode) && client.RedirectUris.Count == 0)
        {
            yield return "redirect_uris is missing: the authorization code grant answers to one of them.";
        }

        foreach (var origin in client.CorsOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.Ordinal))
            {
                yield return "cors_origins must be origins such as https://app.example, without a path.";
            }
        }

        if (client.IdTokenSignedResponseAlg is not ("RS256" or "ES256"))
        {
            yield return "id_token_signed_response_alg must be RS256 or ES256.";
        }

        if (client.UserinfoSignedResponseAlg is not (null or "RS256" or "ES256"))
        {
            yield return "userinfo_signed_response_alg must be RS256 or ES256, or absent.";
        }

        if (client.IntrospectionSignedResponseAlg is not ("RS256" or "ES256"))
        {
            yield return "introspection_signed_response_alg must be RS256 or ES256.";
        }

        if (client.SubjectType is not ("public" or "pairwise"))
        {
            yield return "subject_type must be public or pairwise.";
        }

        // OpenID Connect Core §8.1: without it nobody could say which host the sector is.
        if (client.SubjectType is "pairwise" && client.SectorIdentifierUri is null
            && client.RedirectUris.Select(uri => Uri.TryCreate(uri, UriKind.Absolute, out var parsed) ? parsed.Host : "").Distinct(StringComparer.Ordinal).ToList() is not [{ Length: > 0 }])
        {
            yield return "subject_type pairwise takes sector_identifier_uri, or redirect_uris of one host.";
        }

        foreach (var (name, value, least, most) in new[]
        {
            ("authorization_code_lifetime", client.AuthorizationCodeLifetime, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
            ("access_token_lifetime", client.AccessTokenLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromDays(30)),
            ("id_token_lifetime", client.IdTokenLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)),
            ("refresh_token_lifetime", client.RefreshTokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            ("refresh_token_absolute_lifetime", client.RefreshTokenAbsoluteLifetime, client.RefreshTokenLifetime, TimeSpan.FromDays(3650)),
            ("refresh_replay_window", client.RefreshReplayWindow, TimeSpan.Zero, TimeSpan.FromHours(1)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{name} must be between {least} and {most}.";
            }
        }
    }
}
