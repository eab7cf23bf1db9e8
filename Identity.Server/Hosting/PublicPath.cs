namespace Identity.Server.Hosting;

/// <summary>The path of an issuer that has one. It comes off first, so that everything behind it sees the same paths as without it, and our own redirects and links get it back.</summary>
internal static class PublicPath
{
    public static void UsePublicPath(this IApplicationBuilder app, string issuerPath)
    {
        if (issuerPath.Length == 0)
        {
            return;
        }

        app.Use((http, next) =>
        {
            if (http.Request.Path.StartsWithSegments(issuerPath, StringComparison.OrdinalIgnoreCase, out var rest))
            {
                http.Request.Path = rest;
            }

            // Also where a proxy has cut it off: to the browser it is there.
            http.Request.PathBase = issuerPath;
            return next(http);
        });
    }
}
