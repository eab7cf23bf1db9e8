using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Identity.Server.Health;

/// <summary>What service managers and balancers ask: is the process alive, and may it be sent requests?</summary>
internal static partial class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static JsonHttpResult<HealthAnswer> Live(HttpContext http) => Answer(http, "live", 200);

    /// <summary>Red from the instant at which the server is told to stop, while what has begun is finished; a balancer looks here and goes elsewhere.</summary>
    public static async Task<JsonHttpResult<HealthAnswer>> ReadyAsync(
        HttpContext http, IHostApplicationLifetime lifetime, Migrator migrator, SigningKeys keys, ILogger<HealthAnswer> logger, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Answer(http, "stopping", 503);
        }

        if (!keys.Loaded)
        {
            return Answer(http, "no signing key", 503);
        }

        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Patience);
            return await migrator.IsCurrentAsync(deadline.Token) ? Answer(http, "ready", 200) : Answer(http, "the database is not migrated", 503);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Unreachable(logger, failure.GetType().Name);
            return Answer(http, "the database does not answer", 503);
        }
    }

    private static JsonHttpResult<HealthAnswer> Answer(HttpContext http, string status, int code)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new HealthAnswer(status), statusCode: code);
    }

    [LoggerMessage(1103, LogLevel.Warning, "Not ready: the database does not answer ({Failure})")]
    private static partial void Unreachable(ILogger logger, string failure);
}

/// <param name="Status">A word or two for whoever looks.</param>
internal sealed record HealthAnswer(string Status);
