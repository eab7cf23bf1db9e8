using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Discovery;
using Identity.OpenId.Proofs;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Discovery;

/// <summary>Metadata (OpenID Connect Discovery 1.0, RFC 8414) and the key set (RFC 7517).</summary>
internal static class DiscoveryEndpoints
{
    public static Results<Utf8ContentHttpResult, StatusCodeHttpResult> Metadata(HttpContext http, PublishedDocuments documents, IssuerSetting issuers, ScopeDirectory scopes, GrantTypeList grants, RegistrationOptions registration, PromptValues prompts)
    {
        var issuer = issuers.For(http.Request);
        return Cached(http, TimeSpan.FromHours(1), documents.Metadata(issuer, () => Describe(issuer, scopes, grants, registration, prompts)));
    }

    // Ten minutes, while a new key is announced for days.
    public static Results<Utf8ContentHttpResult, StatusCodeHttpResult> Jwks(HttpContext http, PublishedDocuments documents) =>
        Cached(http, TimeSpan.FromMinutes(10), documents.Jwks());

    private static ProviderMetadata Describe(string issuer, ScopeDirectory scopes, GrantTypeList grants, RegistrationOptions registration, PromptValues prompts)
    {
        // A public client may revoke its own token (RFC 7009 §2.1) but not ask about one (RFC 7662 §2.1).
        var confidential = ClientAuthenticationMethods.Offered.Where(method => !string.Equals(method, ClientAuthenticationMethods.None, StringComparison.Ordinal)).ToList();
        return new ProviderMetadata
        {
            Issuer = issuer,
            AuthorizationEndpoint = issuer + Endpoints.Authorize,
            EndSessionEndpoint = issuer + Endpoints.EndSession,
            PushedAuthorizationRequestEndpoint = issuer + Endpoints.PushedAuthorization,
            DeviceAuthorizationEndpoint = issuer + Endpoints.DeviceAuthorization,
            TokenEndpoint = issuer + Endpoints.Token,
            JwksUri = issuer + Endpoints.Jwks,
            UserinfoEndpoint = issuer + Endpoints.UserInfo,
            IntrospectionEndpoint = issuer + Endpoints.Introspection,
            RevocationEndpoint = issuer + Endpoints.Revocation,
            RegistrationEndpoint = registration.InitialAccessTokenHashes.Count > 0 ? issuer + Endpoints.Registration : null,
            ScopesSupported = scopes.Public,
            ResponseTypesSupported = ["code"],
            ResponseModesSupported = ["query", "fragment", "form_post"],
            CodeChallengeMethodsSupported = ["S256"],
            PromptValuesSupported = prompts.Offered,
            GrantTypesSupported = grants.Names,
            SubjectTypesSupported = ["public", "pairwise"],
            IdTokenSigningAlgValuesSupported = [.. SigningKeys.Algorithms.OrderDescending(StringComparer.Ordinal)],
            UserinfoSigningAlgValuesSupported = [.. SigningKeys.Algorithms.OrderDescending(StringComparer.Ordinal)],
            IntrospectionSigningAlgValuesSupported = [.. SigningKeys.Algorithms.OrderDescending(StringComparer.Ordinal)],
            TokenEndpointAuthMethodsSupported = ClientAuthenticationMethods.Offered,
            TokenEndpointAuthSigningAlgValuesSupported = ClientAssertion.Algorithms,
            IntrospectionEndpointAuthMethodsSupported = confidential,
            RevocationEndpointAuthMethodsSupported = ClientAuthenticationMethods.Offered,
            DpopSigningAlgValuesSupported = DPoPProof.Algorithms,
            // The last three are about the sign-in, and the id_token has them.
            ClaimsSupported = [.. ScopeClaims.All, "auth_time", "acr", "amr"],
            AcrValuesSupported = AuthenticationContext.Supported,
        };
    }

    private static Results<Utf8ContentHttpResult, StatusCodeHttpResult> Cached(HttpContext http, TimeSpan lifetime, PublishedDocument document)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = $"public, max-age={(int)lifetime.TotalSeconds}";
        headers.ETag = document.Tag;
        headers.AccessControlAllowOrigin = "*";
        // RFC 9110 §13.1.2: a list, compared weakly, because a proxy that compresses weakens our tag.
        return http.Request.Headers.IfNoneMatch.Count > 0 && http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(new(document.Tag), useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Text(document.Body, "application/json; charset=utf-8");
    }
}
