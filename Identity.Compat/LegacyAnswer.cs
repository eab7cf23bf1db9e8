using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>One complete answer of an old API. It never changes, so a fixed failure is made once and shared.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="json">The body, compact JSON in UTF-8.</param>
internal sealed class LegacyAnswer(int status, ReadOnlyMemory<byte> json) : IResult
{
    public int Status => status;

    public ReadOnlyMemory<byte> Json => json;

    public static LegacyAnswer Of<T>(int status, T body, JsonTypeInfo<T> type) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, type));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
