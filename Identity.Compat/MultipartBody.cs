using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Identity.Compat;

/// <summary>The text fields of multipart/form-data, RFC 7578. Files are passed over.</summary>
internal static class MultipartBody
{
    // RFC 2046 §5.1.1.
    private const int MaxBoundaryLength = 70;

    /// <summary>Null when the octets are not what the content type says.</summary>
    public static async Task<IReadOnlyList<KeyValuePair<string, LegacyField>>?> ParseAsync(string? contentType, byte[] octets, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundaryLength } boundary)
        {
            return null;
        }

        var fields = new List<KeyValuePair<string, LegacyField>>();
        try
        {
            using var body = new MemoryStream(octets, writable: false);
            var reader = new MultipartReader(boundary.ToString(), body);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } part)
            {
                if (part.GetContentDispositionHeader() is not { } disposition || !disposition.IsFormDisposition())
                {
                    continue;
                }

                using var content = new MemoryStream();
                await part.Body.CopyToAsync(content, cancellationToken);
                if (LegacyBody.Text(content.ToArray()) is not { } value)
                {
                    return null;
                }

                fields.Add(new(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), new(FieldKind.Text, value)));
            }

            return fields;
        }
        catch (Exception malformed) when (malformed is IOException or InvalidDataException)
        {
            return null;
        }
    }
}
