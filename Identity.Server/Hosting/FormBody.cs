using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.Server.Hosting;

/// <summary>The form body of a protocol request, RFC 6749 §3.2: at most 64 KiB, read once, refused as <c>invalid_request</c> when it is anything else.</summary>
internal static class FormBody
{
    public const int MaxLength = 64 * 1024;

    private const string MediaType = "application/x-www-form-urlencoded";

    public static async Task<Result<ParameterSet>> ReadParametersAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        var isForm = IsForm(request.ContentType);
        if (await BoundedBody.ReadAsync(request, MaxLength, cancellationToken) is not { } body)
        {
            return OAuthError.InvalidRequest("The body is too large or incomplete.");
        }

        return isForm ? ParameterSet.Parse(body.Span) : OAuthError.InvalidRequest($"The body must be {MediaType}.");
    }

    private static bool IsForm(string? contentType)
    {
        var media = contentType.AsSpan();
        var semicolon = media.IndexOf(';');
        return (semicolon < 0 ? media : media[..semicolon]).Trim().Equals(MediaType, StringComparison.OrdinalIgnoreCase);
    }
}
