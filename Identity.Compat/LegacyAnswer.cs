using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>One complete answer of an old API. It never changes, so a fixed failure is made once and shared.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="json">The body, compact JSON in UTF-8.</param>
/// <param name="outcome">What the API calls the result: its own code where it has one, the HTTP status where it has none.</param>
/// <param name="retryAfter">When a client may come back; null where the answer says nothing of it.</param>
internal sealed class LegacyAnswer(int status, ReadOnlyMemory<byte> json, int outcome, TimeSpan? retryAfter = null) : IResult
{
    public int Status => status;

    public ReadOnlyMemory<byte> Json => json;

    public int Outcome => outcome;

    /// <summary>A status alone.</summary>
    public static LegacyAnswer Empty(int status) => new(status, default, status);

    public static LegacyAnswer Of<T>(int status, T body, JsonTypeInfo<T> type, int outcome) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, type), outcome);

    /// <summary>The same, with the Retry-After header (RFC 9110 §10.2.3).</summary>
    public LegacyAnswer After(TimeSpan? wait) => wait is null ? this : new(status, json, outcome, wait);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (json.Length > 0)
        {
            response.ContentType = "application/json; charset=utf-8";
        }

        // For whoever counts what came out.
        httpContext.Features.Set(this);
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
