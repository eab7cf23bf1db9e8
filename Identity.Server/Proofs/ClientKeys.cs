using System.Collections.Concurrent;
using Identity.OpenId.Clients;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Proofs;

/// <summary>The public keys of clients: from the registration, or fetched from jwks_uri, with a cache.</summary>
internal sealed class ClientKeys(ClientDocuments documents, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    // A key that is not there may have been added just now; asking more often would let anybody make us ask.
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, IReadOnlyList<SecurityKey> Keys)> fetched = new(StringComparer.Ordinal);

    /// <param name="client">Its registration.</param>
    /// <param name="keyId">The key that is looked for; null when the proof names none.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<IReadOnlyList<SecurityKey>> OfAsync(ClientMetadata client, string? keyId, CancellationToken cancellationToken)
    {
        if (client.Jwks is { } jwks)
        {
            return Read(jwks.GetRawText());
        }

        if (client.JwksUri is not { } uri)
        {
            return [];
        }

        var now = clock.GetUtcNow();
        if (fetched.TryGetValue(uri, out var known)
            && (now < known.At + AskAgain || (now < known.At + Fresh && (keyId is null || known.Keys.Any(key => string.Equals(key.KeyId, keyId, StringComparison.Ordinal))))))
        {
            return known.Keys;
        }

        var keys = await FetchAsync(client, uri, cancellationToken);
        // What was fetched last goes on while the client's own server is away.
        fetched[uri] = (now, keys ?? known.Keys ?? []);
        return fetched[uri].Keys;
    }

    private async Task<IReadOnlyList<SecurityKey>?> FetchAsync(ClientMetadata client, string uri, CancellationToken cancellationToken)
    {
        try
        {
            return await documents.FetchAsync(client, uri, cancellationToken) is { } jwks ? Read(jwks) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static IReadOnlyList<SecurityKey> Read(string jwks) => [.. JsonWebKeySet.Create(jwks).GetSigningKeys().Where(key => key is not SymmetricSecurityKey)];
}
