using System.Text.Json.Serialization.Metadata;

namespace Identity.Server.Hosting;

/// <summary>A successful protocol answer that nobody may cache, RFC 6749 §5.1.</summary>
internal sealed class ProtocolJson<T>(T value, JsonTypeInfo<T> type) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers.Pragma = "no-cache";
        return httpContext.Response.WriteAsJsonAsync(value, type, cancellationToken: httpContext.RequestAborted);
    }
}
