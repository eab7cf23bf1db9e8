using Identity.Compat;
using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>What is left when no endpoint answered: an unknown path, a wrong method, a fault. It speaks OAuth JSON; the legacy routes have wrapped themselves in their own envelopes before.</summary>
internal static partial class ProtocolErrors
{
    public static void UseProtocolErrors(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProtocolErrors).FullName!);
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (!http.Response.HasStarted)
            {
                Fault(logger, fault, http.GetEndpoint()?.DisplayName);
                http.Response.Clear();
                await new OAuthRefusal(OAuthError.ServerError).ExecuteAsync(http);
                return;
            }

            if (!http.Response.HasStarted && http.Response.StatusCode is >= 400 and < 600 && http.Response.ContentLength is null && http.Response.ContentType is null)
            {
                await WriteStatusAsync(http);
            }
        });
    }

    /// <summary>Over plain http in Production only the legacy routes answer: some of their clients can speak nothing else, everybody else must not send a secret in clear.</summary>
    public static void UseSecureTransport(this IApplicationBuilder app, HostingOptions options, bool production)
    {
        if (!production || options.AllowInsecureHttp)
        {
            return;
        }

        app.Use((http, next) => http.Request.IsHttps || http.GetEndpoint()?.Metadata.GetMetadata<LegacyRoute>() is not null || http.GetEndpoint()?.Metadata.GetMetadata<PlainHttp>() is not null
            ? next(http)
            : new OAuthRefusal(OAuthError.InvalidRequest("This server answers over https only.")).ExecuteAsync(http));
    }

    // The status is routing's own (404, 405, 415); only the body is added, and that nobody keeps it.
    private static Task WriteStatusAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(
            OAuthError.InvalidRequest(http.Response.StatusCode switch
            {
                404 => "There is no such endpoint.",
                405 => "The endpoint does not have this method.",
                _ => "The request was refused.",
            }),
            Identity.OpenId.OpenIdJson.Default.OAuthError,
            cancellationToken: http.RequestAborted);
    }

    [LoggerMessage(1102, LogLevel.Error, "Unexpected failure at {Endpoint}")]
    private static partial void Fault(ILogger logger, Exception fault, string? endpoint);
}
