using Identity.Compat;
using Identity.Server.Discovery;
using Identity.Server.Introspection;
using Identity.Server.Revocation;
using Identity.Server.Token;
using Identity.Server.UserInfo;

namespace Identity.Server;

/// <summary>Every route, once. docs/map.md lists them, and a test holds the two together.</summary>
internal static class Endpoints
{
    public const string Token = "/connect/token";
    public const string UserInfo = "/connect/userinfo";
    public const string Introspection = "/connect/introspect";
    public const string Revocation = "/connect/revoke";
    public const string Jwks = "/.well-known/jwks";

    private const string OpenIdConfiguration = "/.well-known/openid-configuration";
    private const string AuthorizationServer = "/.well-known/oauth-authorization-server";

    /// <param name="routes">The server's routes.</param>
    /// <param name="issuerPath">The path of an issuer that has one: then metadata is also where RFC 8414 §3.1 puts it, in front of the path.</param>
    /// <param name="compat">The legacy APIs.</param>
    /// <param name="development">Whether an API serves whose configuration says nothing.</param>
    public static void MapIdentity(this IEndpointRouteBuilder routes, string issuerPath, CompatOptions compat, bool development)
    {
        foreach (var place in new[] { "", issuerPath }.Distinct(StringComparer.Ordinal))
        {
            routes.MapGet(OpenIdConfiguration + place, DiscoveryEndpoints.Metadata);
            routes.MapGet(AuthorizationServer + place, DiscoveryEndpoints.Metadata);
        }

        routes.MapGet(Jwks, DiscoveryEndpoints.Jwks);
        routes.MapPost(Token, TokenEndpoint.HandleAsync);
        routes.MapMethods(UserInfo, [HttpMethods.Get, HttpMethods.Post], UserInfoEndpoint.HandleAsync);
        routes.MapPost(Introspection, IntrospectionEndpoint.HandleAsync);
        routes.MapPost(Revocation, RevocationEndpoint.HandleAsync);
        routes.MapLegacyApis(compat, servesByDefault: development);
    }
}
