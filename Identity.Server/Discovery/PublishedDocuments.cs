using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Identity.OpenId;
using Identity.OpenId.Discovery;
using Identity.OpenId.Keys;
using Identity.Server.Keys;

namespace Identity.Server.Discovery;

/// <param name="Body">As it is sent.</param>
/// <param name="Tag">Its entity tag, RFC 9110 §8.8.3: the same on every node and after every start.</param>
internal sealed record PublishedDocument(byte[] Body, string Tag)
{
    public static PublishedDocument Of<T>(T document, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, type);
        return new(body, $"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, 12))}\"");
    }
}

/// <summary>What everybody may read, written once and not for each reader.</summary>
internal sealed class PublishedDocuments(SigningKeys keys, TimeProvider clock)
{
    // For the last issuer that was asked for: outside of Development there is one.
    private ForIssuer? metadata;

    // For a second of the clock, because keys come and go by it.
    private ForSecond? jwks;

    public PublishedDocument Metadata(string issuer, Func<ProviderMetadata> describe)
    {
        if (metadata is { } known && string.Equals(known.Issuer, issuer, StringComparison.Ordinal))
        {
            return known.Document;
        }

        var document = PublishedDocument.Of(describe(), OpenIdJson.Default.ProviderMetadata);
        metadata = new(issuer, document);
        return document;
    }

    public PublishedDocument Jwks()
    {
        var (loading, second) = (keys.Loading, clock.GetUtcNow().ToUnixTimeSeconds());
        if (jwks is { } known && ReferenceEquals(known.Loading, loading) && known.Second == second)
        {
            return known.Document;
        }

        var document = PublishedDocument.Of(new JwksDocument(keys.Published()), OpenIdJson.Default.JwksDocument);
        jwks = new(loading, second, document);
        return document;
    }

    private sealed record ForIssuer(string Issuer, PublishedDocument Document);

    private sealed record ForSecond(object Loading, long Second, PublishedDocument Document);
}
