using Identity.OpenId;
using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>The one writer of OAuth errors: RFC 6749 §5.2, and RFC 6750 §3 for the challenge.</summary>
internal sealed class OAuthRefusal(OAuthError error, string? challenge = null) : IResult, IStatusCodeHttpResult
{
    /// <summary>RFC 6750 §3.1: a request without any credentials learns only the scheme.</summary>
    public static OAuthRefusal NoToken { get; } = new(OAuthError.InvalidToken("An access token is needed."), "Bearer");

    public int? StatusCode => error.StatusCode;

    /// <summary>For endpoints that take an access token.</summary>
    public static OAuthRefusal OfToken(OAuthError error) => new(error, $"Bearer error=\"{error.Error}\", error_description=\"{error.Description}\"");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = error.StatusCode;
        response.Headers.CacheControl = "no-store";
        // RFC 6749 §5.2: a client that is refused with 401 is told the scheme that it may use.
        if ((challenge ?? (error.StatusCode == 401 ? "Basic realm=\"token\"" : null)) is { } scheme)
        {
            response.Headers.WWWAuthenticate = scheme;
        }

        return response.WriteAsJsonAsync(error, OpenIdJson.Default.OAuthError, cancellationToken: httpContext.RequestAborted);
    }
}
