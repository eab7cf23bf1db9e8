using Identity.OpenId;
using Identity.OpenId.Errors;
using Identity.OpenId.Proofs;

namespace Identity.Server.Hosting;

/// <summary>The one writer of OAuth errors: RFC 6749 §5.2, and RFC 6750 §3 for the challenge.</summary>
internal sealed class OAuthRefusal(OAuthError error, params string[] challenges) : IResult, IStatusCodeHttpResult
{
    // RFC 9449 §7.1.
    private static readonly string DPoP = $"DPoP algs=\"{string.Join(' ', DPoPProof.Algorithms)}\"";

    /// <summary>RFC 6750 §3.1: a request without any credentials learns only the schemes.</summary>
    public static OAuthRefusal NoToken { get; } = new(OAuthError.InvalidToken("An access token is needed."), "Bearer", DPoP);

    // RFC 9449 §7.1: a wrong proof is 400 at the token endpoint and 401 at a protected resource.
    public int? StatusCode => challenges.Length > 0 && error.Error is "invalid_dpop_proof" or "use_dpop_nonce" ? StatusCodes.Status401Unauthorized : error.StatusCode;

    /// <summary>RFC 7592 §2: a token that is not the client's own is as good as none.</summary>
    public static OAuthRefusal OfRegistration(bool presented) => presented ? new(OAuthError.InvalidToken("The token is not valid here."), "Bearer error=\"invalid_token\"") : new(OAuthError.InvalidToken("A registration token is needed."), "Bearer");

    /// <summary>For endpoints that take an access token: the error stands in the challenge of the scheme that was used (RFC 9449 §7.2).</summary>
    public static OAuthRefusal OfToken(OAuthError error, bool bound = false)
    {
        var told = $"error=\"{error.Error}\", error_description=\"{error.Description}\"";
        return bound ? new(error, $"{DPoP}, {told}") : new(error, $"Bearer {told}", DPoP);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCode!.Value;
        response.Headers.CacheControl = "no-store";
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (challenges.Length > 0)
        {
            response.Headers.WWWAuthenticate = challenges;
        }
        else if (error.StatusCode == StatusCodes.Status401Unauthorized && httpContext.Request.Headers.Authorization.Count > 0)
        {
            // RFC 6749 §5.2: owed to a client that used the header. To one that proved itself in the body a challenge of
            // another scheme says nothing, and libraries that find one there report it in place of invalid_client.
            response.Headers.WWWAuthenticate = "Basic realm=\"token\"";
        }

        return response.WriteAsJsonAsync(error, OpenIdJson.Default.OAuthError, cancellationToken: httpContext.RequestAborted);
    }
}
