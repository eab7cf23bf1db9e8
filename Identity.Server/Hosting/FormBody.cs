using Identity.Compat;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.Server.Hosting;

/// <summary>The form body of a protocol request, RFC 6749 §3.2: at most 64 KiB, read once, refused as <c>invalid_request</c> when it is anything else.</summary>
internal static class FormBody
{
    private const string MediaType = "application/x-www-form-urlencoded";

    public static async Task<Result<ParameterSet>> ReadParametersAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        // Read even if it is no form: the client is still sending it.
        if (await BoundedBody.ReadAsync(request, cancellationToken) is not { Octets: { } octets })
        {
            return OAuthError.InvalidRequest("The body is too large or incomplete.");
        }

        return IsForm(request.ContentType) ? ParameterSet.Parse(octets) : OAuthError.InvalidRequest($"The body must be {MediaType}.");
    }

    private static bool IsForm(string? contentType)
    {
        var media = contentType.AsSpan();
        var semicolon = media.IndexOf(';');
        return (semicolon < 0 ? media : media[..semicolon]).Trim().Equals(MediaType, StringComparison.OrdinalIgnoreCase);
    }
}
