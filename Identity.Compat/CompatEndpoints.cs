using Identity.Compat.CloudMind;
using Identity.OpenId.Token;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Identity.Compat;

/// <summary>Every legacy route, once.</summary>
public static class CompatEndpoints
{
    /// <param name="routes">The server's routes.</param>
    /// <param name="options">Which APIs serve, and under which prefixes.</param>
    /// <param name="servesByDefault">Whether an API serves whose configuration says nothing.</param>
    /// <returns>Entries of <see cref="LegacyApiOptions.RetiredRoutes"/> that name no route: a misspelt one would leave its route open.</returns>
    public static IReadOnlyList<string> MapLegacyApis(this IEndpointRouteBuilder routes, CompatOptions options, bool servesByDefault)
    {
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var door in Doors(LegacyApi.CloudMind, options.CloudMind))
        {
            var cloudMind = options.CloudMind;
            door.Post("/login/EmailLogin", (HttpContext http, ITokenExchange exchange, IAccountDesk desk) => EmailLogin.HandleAsync(http, cloudMind, exchange, desk));
            door.Post("/login/Register", (HttpContext http, ITokenExchange exchange, IAccountDesk desk) => Register.HandleAsync(http, cloudMind, exchange, desk));
            door.Post("/tools/SendEmail", SendEmail.HandleAsync);
            door.Post("/login/SendEmail", SendEmail.HandleAsync);
            door.Post("/login/QqLogin", (HttpContext http, ITokenExchange exchange) => ExternalLogin.HandleAsync(http, GrantTypes.QQ, cloudMind, exchange));
            door.Post("/login/WxLogin", (HttpContext http, ITokenExchange exchange) => ExternalLogin.HandleAsync(http, GrantTypes.WeChat, cloudMind, exchange));
        }

        foreach (var door in Doors(LegacyApi.NleCloud, options.NleCloud))
        {
            var nleCloud = options.NleCloud;
            door.Post("/Login", (HttpContext http, ITokenExchange exchange) => NleCloud.Login.HandleAsync(http, nleCloud, exchange));
            door.Map(
                "/ApiKey",
                (HttpMethods.Get, (HttpContext http, IApiKeys keys) => NleCloud.ApiKey.ReadAsync(http, nleCloud, keys)),
                (HttpMethods.Put, (HttpContext http, IApiKeys keys) => NleCloud.ApiKey.WriteAsync(http, nleCloud, keys)));
        }

        foreach (var door in Doors(LegacyApi.RageFrame, options.RageFrame))
        {
            var groups = RageFrame.SessionGroups.Of(options.RageFrame);
            door.Post("/login", (HttpContext http, ITokenExchange exchange) => RageFrame.Login.HandleAsync(http, groups, exchange));
            door.Post("/refresh", (HttpContext http, ITokenExchange exchange) => RageFrame.Refresh.HandleAsync(http, groups, exchange));
        }

        return [.. new LegacyApiOptions[] { options.CloudMind, options.NleCloud, options.RageFrame }.SelectMany(api => api.RetiredRoutes).Where(entry => !named.Contains(entry))];

        List<ApiRoutes> Doors(LegacyApi api, LegacyApiOptions of) =>
            [.. api.PrefixesOf(of).Select(prefix => new ApiRoutes(routes.MapGroup(prefix + api.Root), prefix + api.Root, api, of.Enabled ?? servesByDefault, of.RetiredRoutes, named))];
    }

    /// <summary>The routes of one API under one prefix.</summary>
    private sealed class ApiRoutes
    {
        private readonly RouteGroupBuilder group;
        private readonly string root;
        private readonly LegacyApi api;
        private readonly bool serves;
        private readonly IList<string> retired;
        private readonly HashSet<string> named;

        public ApiRoutes(RouteGroupBuilder group, string root, LegacyApi api, bool serves, IList<string> retired, HashSet<string> named)
        {
            (this.group, this.root, this.api, this.serves, this.retired, this.named) = (group, root, api, serves, retired, named);
            group.AllowAnonymous();
            Guard(group.Map("/{**rest}", () => api.Errors.NotFound), "*", "/{**rest}");
        }

        public void Post(string pattern, Delegate handler) => Map(pattern, (HttpMethods.Post, handler));

        public void Map(string pattern, params (string Method, Delegate Handler)[] handlers)
        {
            foreach (var (method, handler) in handlers)
            {
                Guard(group.MapMethods(pattern, [method], handler), method, pattern);
            }

            var allow = string.Join(", ", handlers.Select(handler => handler.Method));
            Guard(
                group.Map(pattern, (HttpContext http) =>
                {
                    http.Response.Headers.Allow = allow;
                    return api.Errors.WrongMethod;
                }),
                "*",
                pattern);
        }

        private void Guard(RouteHandlerBuilder endpoint, string method, string pattern)
        {
            var path = root + pattern;
            var route = new LegacyRoute(api.Name, $"{method} {path}");
            named.UnionWith([path, route.Name]);
            var open = serves && !retired.Contains(path, StringComparer.OrdinalIgnoreCase) && !retired.Contains(route.Name, StringComparer.OrdinalIgnoreCase);
            endpoint.Add(built =>
            {
                built.Metadata.Add(route);
                built.RequestDelegate = LegacyDoor.Before(api, route, open, built.RequestDelegate!);
            });
        }
    }
}
