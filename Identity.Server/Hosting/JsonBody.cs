using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Compat;
using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>The JSON body of a protocol request, RFC 7591 §3.1: one object, at most 64 KiB, no member twice.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static async Task<Result<JsonObject>> ReadJsonAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        // Read even if it is no JSON: the client is still sending it.
        if (await BoundedBody.ReadAsync(request, cancellationToken) is not { Octets: { } octets })
        {
            return OAuthError.InvalidRequest("The body is too large or incomplete.");
        }

        if (!request.HasJsonContentType())
        {
            return OAuthError.InvalidRequest("The body must be application/json.");
        }

        try
        {
            using var document = JsonDocument.Parse(octets, Strict);
            // Written and read again, so that half a surrogate pair is found here and not where it is used.
            return document.RootElement.ValueKind == JsonValueKind.Object && JsonNode.Parse(JsonSerializer.Serialize(document.RootElement)) is JsonObject json
                ? json
                : OAuthError.InvalidRequest("The body must be one JSON object.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or ArgumentException)
        {
            return OAuthError.InvalidRequest("The body must be one JSON object.");
        }
    }
}
