using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>How the clients of each old API carry their access token in later calls. The one place that knows.</summary>
public static class LegacyTransport
{
    private const string Scheme = "Bearer ";

    /// <summary>The token that a request brings in one of the API's own ways. Null when there is none; an empty one, or the text <c>null</c> that scripts send, is none.</summary>
    /// <param name="api">The API's name.</param>
    /// <param name="request">The request.</param>
    /// <param name="query">Whether the API's query parameter counts, where it has one.</param>
    public static string? Read(string api, HttpRequest request, bool query) => api switch
    {
        "cloudmind" => Bearer(request) ?? Raw(request),
        "nlecloud" => Value(request.Headers["AccessToken"]) ?? (query ? Value(request.Query["AccessToken"]) : null),
        "rageframe" => Value(request.Headers["x-api-key"]) ?? Bearer(request) ?? (query ? Value(request.Query["access-token"]) : null),
        _ => throw new ArgumentException("It is none of the legacy APIs.", nameof(api)),
    };

    /// <summary>The first token that a request brings in a way that no standard has, and the API whose way it is. A standard one is not looked for.</summary>
    public static (string Api, string Token)? ReadBeside(HttpRequest request, CompatOptions options)
    {
        foreach (var (api, token) in new (string, string?)[]
        {
            ("cloudmind", Raw(request)),
            ("nlecloud", Value(request.Headers["AccessToken"])),
            ("nlecloud", options.NleCloud.AccessTokenInQuery ? Value(request.Query["AccessToken"]) : null),
            ("rageframe", Value(request.Headers["x-api-key"])),
            ("rageframe", options.RageFrame.AccessTokenInQuery ? Value(request.Query["access-token"]) : null),
        })
        {
            if (token is not null)
            {
                return (api, token);
            }
        }

        return null;
    }

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Value(header[Scheme.Length..]) : null;

    // A JWT has no blank in it; everything that has one names a scheme, which is somebody else's.
    private static string? Raw(HttpRequest request) =>
        Value(request.Headers.Authorization) is { } header && !header.Contains(' ', StringComparison.Ordinal) && header.Contains('.', StringComparison.Ordinal) ? header : null;

    private static string? Value(Microsoft.Extensions.Primitives.StringValues values) =>
        values.ToString().Trim() is { Length: > 0 } text && !string.Equals(text, "null", StringComparison.Ordinal) ? text : null;
}
