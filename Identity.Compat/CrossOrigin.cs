using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>The Fetch standard's CORS protocol for an API that any web site may call. Nothing is said of credentials, so browsers send none.</summary>
internal static class CrossOrigin
{
    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Opens the answer to scripts. True when the request was a preflight; then the answer is complete.</summary>
    public static bool Answer(HttpContext http)
    {
        var (asked, said) = (http.Request.Headers, http.Response.Headers);
        said.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(http.Request.Method) || asked.Origin.Count == 0 || asked.AccessControlRequestMethod.Count == 0)
        {
            return false;
        }

        said.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";
        said.AccessControlMaxAge = "86400";
        said.CacheControl = "no-store";

        // Clients send headers of their own making (device-name, os-version), so there is no list to hold them against.
        var names = asked.GetCommaSeparatedValues("Access-Control-Request-Headers")
            .Where(name => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters));
        if (string.Join(", ", names) is { Length: > 0 } allowed)
        {
            said.AccessControlAllowHeaders = allowed;
        }

        http.Response.ContentLength = 0;
        return true;
    }
}
