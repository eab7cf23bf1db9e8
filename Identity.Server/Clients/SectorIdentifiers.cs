using Identity.OpenId.Clients;
using Identity.Server.Proofs;

namespace Identity.Server.Clients;

/// <summary>Asks the party whose sector a pairwise client says it belongs to, OpenID Connect Core §8.1: else a stranger could join a sector and compare subjects with its clients.</summary>
internal sealed class SectorIdentifiers(ClientDocuments documents)
{
    /// <summary>A sentence for whoever registers; null when the sector agrees, or there is none to ask.</summary>
    public async Task<string?> MistakeAsync(ClientMetadata client, CancellationToken cancellationToken) =>
        client.SectorIdentifierUri is { } uri ? SectorDocument.Mistake(await documents.FetchAsync(client, uri, cancellationToken), client) : null;
}
