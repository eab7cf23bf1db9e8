using Identity.Server.Authorize;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Localization;

namespace Identity.Server.Pages;

/// <summary>The language of a page: what the application asks for (<c>ui_locales</c>, OpenID Connect Core §3.1.2.1), else the account's, else the browser's, else English.</summary>
internal sealed class PageLanguage : RequestCultureProvider
{
    /// <summary>The framework's own middleware with our one provider; the reader's language is then that of the request's culture.</summary>
    public static void Use(IApplicationBuilder people) => people.UseRequestLocalization(localization =>
    {
        localization.SetDefaultCulture(SupportedLanguages.English).AddSupportedCultures([.. SupportedLanguages.Tags]).AddSupportedUICultures([.. SupportedLanguages.Tags]);
        localization.RequestCultureProviders = [new PageLanguage()];
        localization.ApplyCurrentCultureToResponseHeaders = true;
    });

    public override async Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var tag = await AskedForAsync(httpContext) ?? await OfAccountAsync(httpContext) ?? SupportedLanguages.FirstAccepted(httpContext.Request.Headers.AcceptLanguage);
        return tag is null ? null : new(tag);
    }

    private static async Task<string?> AskedForAsync(HttpContext http)
    {
        var (request, services) = (http.Request, http.RequestServices);
        var locales = request.Query["ui_locales"].ToString();
        if (locales.Length == 0 && await HandleAsync(request) is { Length: > 0 } handle)
        {
            locales = await services.GetRequiredService<PendingRequests>().UiLocalesAsync(handle, http.RequestAborted) ?? "";
        }

        return locales.Length is > 0 and <= 256 ? SupportedLanguages.First(locales.Split(' ')) : null;
    }

    private static async Task<string?> OfAccountAsync(HttpContext http) =>
        await http.RequestServices.GetRequiredService<BrowserSessions>().CurrentAsync(http, http.RequestAborted) is { Account.Locale: { Length: > 0 } locale } ? SupportedLanguages.First([locale]) : null;

    // Protocol endpoints read their bodies themselves.
    private static async Task<string?> HandleAsync(HttpRequest request)
    {
        if (request.Query["request"].ToString() is { Length: > 0 } handle || !request.HasFormContentType || request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase))
        {
            return request.Query["request"].ToString();
        }

        try
        {
            return (await request.ReadFormAsync(request.HttpContext.RequestAborted))["request"].ToString();
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException or IOException)
        {
            // Whoever needs the form meets the same and has an answer.
            return null;
        }
    }
}
