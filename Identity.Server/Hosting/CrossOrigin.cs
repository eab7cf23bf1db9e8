using System.Collections.Frozen;

namespace Identity.Server.Hosting;

/// <summary>The Fetch standard's CORS protocol for the endpoints that scripts of registered origins may call; pages never have it.</summary>
internal static class CrossOrigin
{
    /// <summary>Marks an endpoint that scripts may call.</summary>
    public sealed class Allowed
    {
        public static Allowed Marker { get; } = new();
    }

    public static void UseCrossOrigin(this IApplicationBuilder app, Func<FrozenSet<string>> origins) => app.Use(async (http, next) =>
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Allowed>() is null)
        {
            await next(http);
            return;
        }

        var headers = http.Response.Headers;
        headers.Append("Vary", "Origin");
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && origins().Contains(origin))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = "WWW-Authenticate, DPoP-Nonce";
            if (HttpMethods.IsOptions(http.Request.Method))
            {
                headers.AccessControlAllowMethods = "GET, POST";
                headers.AccessControlAllowHeaders = "Authorization, Content-Type, DPoP";
                headers.AccessControlMaxAge = "600";
            }
        }

        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await next(http);
    });
}
