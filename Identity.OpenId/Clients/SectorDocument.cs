using System.Text.Json;

namespace Identity.OpenId.Clients;

/// <summary>What stands at a <c>sector_identifier_uri</c>: the redirect URIs of all clients of one party, OpenID Connect Registration §5.</summary>
public static class SectorDocument
{
    /// <summary>What speaks against the client's sector, as a sentence; null when nothing does.</summary>
    /// <param name="json">As it was fetched; null when it could not be.</param>
    /// <param name="client">A registration with a sector_identifier_uri.</param>
    public static string? Mistake(string? json, ClientMetadata client)
    {
        if (json is null)
        {
            return "sector_identifier_uri cannot be fetched.";
        }

        return Read(json) switch
        {
            null => "sector_identifier_uri must lead to a JSON array of redirect URIs.",
            var listed when client.RedirectUris.All(listed.Contains) => null,
            _ => "sector_identifier_uri does not list every redirect URI of the client.",
        };
    }

    private static HashSet<string>? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().All(uri => uri.ValueKind == JsonValueKind.String)
                ? document.RootElement.EnumerateArray().Select(uri => uri.GetString()!).ToHashSet(StringComparer.Ordinal)
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
