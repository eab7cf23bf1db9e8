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

    public static void MapIdentity(this IEndpointRouteBuilder routes, CompatOptions compat, bool development)
    {
        routes.MapGet("/.well-known/openid-configuration", DiscoveryEndpoints.Metadata);
        routes.MapGet("/.well-known/oauth-authorization-server", DiscoveryEndpoints.Metadata);
        routes.MapGet(Jwks, DiscoveryEndpoints.Jwks);
        routes.MapPost(Token, TokenEndpoint.HandleAsync);
        routes.MapMethods(UserInfo, [HttpMethods.Get, HttpMethods.Post], UserInfoEndpoint.HandleAsync);
        routes.MapPost(Introspection, IntrospectionEndpoint.HandleAsync);
        routes.MapPost(Revocation, RevocationEndpoint.HandleAsync);
        routes.MapLegacyApis(compat, servesByDefault: development);
    }
}
