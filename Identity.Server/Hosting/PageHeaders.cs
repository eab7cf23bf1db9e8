namespace Identity.Server.Hosting;

/// <summary>What every page and every answer under <c>/connect</c> carries: no sniffing, no referrer, no frames, nothing from elsewhere, kept by nobody.</summary>
internal static class PageHeaders
{
    // What is no page has nothing to load and nothing to show.
    private const string NoPage = "default-src 'none'; frame-ancestors 'none'";

    public static void UsePageHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var page = ForPeople.Is(http);
        if (!page && !http.Request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase))
        {
            return next(http);
        }

        // At the last moment: a failure clears the headers that were set before it.
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-store";
            if (page)
            {
                // For browsers that do not know frame-ancestors.
                headers.XFrameOptions = "DENY";
            }

            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = page ? Policy("'self'") : NoPage;
            }

            return Task.CompletedTask;
        });
        return next(http);
    });

    /// <summary>Lets the forms of this page end at one more place: browsers hold form-action against the redirect that follows a form.</summary>
    public static void LetFormsEndAt(HttpContext http, string redirectUri)
    {
        var targets = http.Items[typeof(PageHeaders)] as List<string> ?? ["'self'"];
        http.Items[typeof(PageHeaders)] = targets;
        if (FormTarget(redirectUri) is var target && !targets.Contains(target, StringComparer.Ordinal))
        {
            targets.Add(target);
        }

        http.Response.Headers.ContentSecurityPolicy = Policy(string.Join(' ', targets));
    }

    /// <summary>The source expression for a redirect URI: its origin, or the bare scheme of a private one.</summary>
    public static string FormTarget(string redirectUri) =>
        Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri!.GetLeftPart(UriPartial.Authority) : $"{uri?.Scheme}:";

    private static string Policy(string forms) =>
        $"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; form-action {forms}; frame-ancestors 'none'; base-uri 'none'";
}
