using Identity.Compat;
using Identity.Server.Authorize;
using Identity.Server.ClientRegistration;
using Identity.Server.Device;
using Identity.Server.Discovery;
using Identity.Server.EndSession;
using Identity.Server.External.Qq;
using Identity.Server.External.Weixin;
using Identity.Server.Health;
using Identity.Server.Hosting;
using Identity.Server.Introspection;
using Identity.Server.Pages;
using Identity.Server.Pictures;
using Identity.Server.PushedAuthorization;
using Identity.Server.Revocation;
using Identity.Server.Token;
using Identity.Server.UserInfo;

namespace Identity.Server;

/// <summary>Every route, once. docs/map.md lists them, and a test holds the two together.</summary>
internal static class Endpoints
{
    public const string Authorize = "/connect/authorize";
    public const string Resume = "/connect/authorize/resume";
    public const string PushedAuthorization = "/connect/par";
    public const string EndSession = "/connect/endsession";
    public const string DeviceAuthorization = "/connect/device";
    public const string DevicePage = "/device";
    public const string Registration = "/connect/register";
    public const string RegisterPage = "/register";
    public const string SecondStepPage = "/sign-in/second";
    public const string SignedOut = "/signed-out";
    public const string Token = "/connect/token";
    public const string UserInfo = "/connect/userinfo";
    public const string Introspection = "/connect/introspect";
    public const string Revocation = "/connect/revoke";
    public const string Jwks = "/.well-known/jwks";

    /// <summary>Answered by the handlers of QQ and WeChat, which stand in front of the routes. What comes through to one is for a provider that is not configured.</summary>
    private static readonly string[] ExternalCallbacks = [QQAuthenticationDefaults.CallbackPath, WeixinAuthenticationDefaults.CallbackPath, WeixinAuthenticationDefaults.OfficialAccountCallbackPath];

    private static readonly string[] GetAndPost = [HttpMethods.Get, HttpMethods.Post];

    // RFC 9110 §9.3.2: what can be read can be asked about.
    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

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
            routes.MapMethods(OpenIdConfiguration + place, Read, DiscoveryEndpoints.Metadata);
            routes.MapMethods(AuthorizationServer + place, Read, DiscoveryEndpoints.Metadata);
        }

        routes.MapMethods(Jwks, Read, DiscoveryEndpoints.Jwks);
        routes.MapMethods(Authorize, GetAndPost, AuthorizeEndpoint.HandleAsync);
        routes.MapGet(Resume, AuthorizeEndpoint.ResumeAsync);
        routes.MapMethods(PushedAuthorization, ForScripts(HttpMethods.Post), PushedAuthorizationEndpoint.HandleAsync).WithMetadata(CrossOrigin.Allowed.Marker);
        routes.MapPost(DeviceAuthorization, DeviceEndpoint.HandleAsync);
        routes.MapPost(Registration, RegistrationEndpoint.RegisterAsync);
        routes.MapGet(Registration, RegistrationEndpoint.ReadAsync);
        routes.MapPut(Registration, RegistrationEndpoint.ReplaceAsync);
        routes.MapDelete(Registration, RegistrationEndpoint.RemoveAsync);
        routes.MapMethods(EndSession, GetAndPost, EndSessionEndpoint.HandleAsync);
        routes.MapMethods(Token, ForScripts(HttpMethods.Post), TokenEndpoint.HandleAsync).WithMetadata(CrossOrigin.Allowed.Marker);
        routes.MapMethods(UserInfo, ForScripts(GetAndPost), UserInfoEndpoint.HandleAsync).WithMetadata(CrossOrigin.Allowed.Marker);
        routes.MapPost(Introspection, IntrospectionEndpoint.HandleAsync);
        routes.MapMethods(Revocation, ForScripts(HttpMethods.Post), RevocationEndpoint.HandleAsync).WithMetadata(CrossOrigin.Allowed.Marker);
        routes.MapMethods("/health/live", Read, HealthEndpoints.Live).WithMetadata(PlainHttp.Marker);
        routes.MapMethods("/health/ready", Read, HealthEndpoints.ReadyAsync).WithMetadata(PlainHttp.Marker);
        routes.MapMethods(AccountPictures.Path + "/{name}", Read, PictureEndpoint.HandleAsync);
        foreach (var file in new[] { PageFiles.Style, PageFiles.Script, PageFiles.Passkeys, PageFiles.Logo, PageFiles.Background })
        {
            routes.MapMethods(file, Read, PageFiles.Handle);
        }

        foreach (var callback in ExternalCallbacks)
        {
            routes.MapGet(callback, TypedResults.NotFound);
        }

        routes.MapRazorPages().Add(page =>
        {
            // A page without a handler for a method would be drawn without its model. The error page is drawn for whatever failed.
            if (page is RouteEndpointBuilder { RoutePattern.RawText: not "error" })
            {
                page.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head, HttpMethods.Post]));
            }
        });
        if (routes.MapLegacyApis(compat, servesByDefault: development) is [var stray, ..])
        {
            throw new SettingsException($"Compat: RetiredRoutes has {stray}, which is not a route of a legacy API.");
        }
    }

    // A browser asks by OPTIONS before a script may call; the answer is CrossOrigin's.
    private static string[] ForScripts(params string[] methods) => [.. methods, HttpMethods.Options];
}
