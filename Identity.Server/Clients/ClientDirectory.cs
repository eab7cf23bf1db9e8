using System.Collections.Frozen;
using Identity.OpenId.Clients;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Clients;

/// <summary>All clients, in memory. Reloaded when any node has changed one.</summary>
internal sealed class ClientDirectory(IdentityStore store)
{
    private FrozenDictionary<string, RegisteredClient> snapshot = FrozenDictionary<string, RegisteredClient>.Empty;

    /// <summary>The origins of all clients, whose scripts may call the endpoints.</summary>
    public FrozenSet<string> Origins { get; private set; } = FrozenSet<string>.Empty;

    public RegisteredClient? Find(string clientId) => snapshot.GetValueOrDefault(clientId);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            db => db.Clients.AsNoTracking().Where(row => row.DisabledAt == null).Select(row => new { row.Metadata, row.Origin }).ToListAsync(cancellationToken), cancellationToken);
        snapshot = rows.Select(row => ClientMetadata.Read(row.Metadata).Client! with { IsStranger = row.Origin is ClientRow.FromRegistration })
            .ToFrozenDictionary(client => client.ClientId, client => new RegisteredClient(client), StringComparer.Ordinal);
        Origins = snapshot.Values.SelectMany(client => client.Metadata.CorsOrigins).ToFrozenSet(StringComparer.Ordinal);
    }
}
