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
    public static void MapLegacyApis(this IEndpointRouteBuilder routes, CompatOptions options, bool servesByDefault)
    {
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
        }

        foreach (var door in Doors(LegacyApi.RageFrame, options.RageFrame))
        {
            var groups = RageFrame.SessionGroups.Of(options.RageFrame);
            door.Post("/login", (HttpContext http, ITokenExchange exchange) => RageFrame.Login.HandleAsync(http, groups, exchange));
            door.Post("/refresh", (HttpContext http, ITokenExchange exchange) => RageFrame.Refresh.HandleAsync(http, groups, exchange));
        }

        IEnumerable<ApiRoutes> Doors(LegacyApi api, LegacyApiOptions of) =>
            api.PrefixesOf(of).Select(prefix => new ApiRoutes(routes.MapGroup(prefix + api.Root), api, of.Enabled ?? servesByDefault));
    }

    /// <summary>The routes of one API under one prefix.</summary>
    private sealed class ApiRoutes
    {
        private readonly RouteGroupBuilder group;
        private readonly LegacyErrors errors;

        public ApiRoutes(RouteGroupBuilder group, LegacyApi api, bool serves)
        {
            (this.group, errors) = (group, api.Errors);
            ((IEndpointConventionBuilder)group).Add(endpoint =>
            {
                endpoint.Metadata.Add(new LegacyRoute(api.Name));
                endpoint.RequestDelegate = LegacyDoor.Before(api, serves, endpoint.RequestDelegate!);
            });
            group.AllowAnonymous();
            group.Map("/{**rest}", () => errors.NotFound);
        }

        public void Post(string pattern, Delegate handler)
        {
            group.MapPost(pattern, handler);
            group.Map(pattern, (HttpContext http) =>
            {
                http.Response.Headers.Allow = HttpMethods.Post;
                return errors.WrongMethod;
            });
        }
    }
}
