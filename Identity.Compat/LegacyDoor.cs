using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Identity.Compat;

/// <summary>What stands before every legacy handler. Behind it nothing answers in another tongue than the API's own.</summary>
internal static partial class LegacyDoor
{
    /// <param name="api">Whose words to use.</param>
    /// <param name="route">What its calls are counted under.</param>
    /// <param name="serves">False answers every request as no longer available.</param>
    /// <param name="handler">What answers otherwise.</param>
    public static RequestDelegate Before(LegacyApi api, LegacyRoute route, bool serves, RequestDelegate handler) => async http =>
    {
        // First, so that a script can read every answer below.
        if (api.OpenToScripts && CrossOrigin.Answer(http))
        {
            return;
        }

        try
        {
            await AnswerAsync(http, api, serves, handler);
        }
        finally
        {
            var services = http.RequestServices;
            services.GetRequiredService<LegacyUsage>().Count(
                route,
                http.Request.Headers.UserAgent.ToString(),
                http.Features.Get<LegacyAnswer>()?.Outcome ?? http.Response.StatusCode,
                services.GetRequiredService<TimeProvider>().GetUtcNow());
        }
    };

    private static async Task AnswerAsync(HttpContext http, LegacyApi api, bool serves, RequestDelegate handler)
    {
        if (!serves)
        {
            await api.Errors.Gone.ExecuteAsync(http);
            return;
        }

        try
        {
            await handler(http);
        }
        catch (Exception end) when (ClientIsGone(http, end))
        {
            // Nothing failed and nobody listens. Let out, the exception would be logged as a fault of the server.
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception fault)
        {
            var logger = http.RequestServices.GetRequiredService<ILogger<LegacyRoute>>();
            Faulted(logger, fault, api.Name, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            await api.Errors.Fault.ExecuteAsync(http);
        }
    }

    // A reset connection can show itself in a read before the request is told that it was aborted.
    private static bool ClientIsGone(HttpContext http, Exception fault) =>
        fault is ConnectionResetException or ConnectionAbortedException
        || (http.RequestAborted.IsCancellationRequested && fault is (OperationCanceledException or IOException));

    // The route's pattern and not the request's path: nothing that a client wrote comes here.
    [LoggerMessage(1, LogLevel.Error, "A request of the {Api} API failed on {Route}.")]
    private static partial void Faulted(ILogger logger, Exception fault, string api, string? route);
}
