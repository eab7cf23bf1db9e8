using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>Watches for changes that other nodes made to clients and keys, once a second.</summary>
internal sealed class SnapshotRefresh(IdentityStore store, ClientDirectory clients, SigningKeys keys, JobRuns runs, TimeProvider clock, ILogger<SnapshotRefresh> logger)
    : Job("snapshot refresh", TimeSpan.FromSeconds(1), runs, clock, logger)
{
    private Dictionary<string, long> seen = new(StringComparer.Ordinal);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = await store.ReadAsync(db => db.Changes.AsNoTracking().ToDictionaryAsync(row => row.Name, row => row.Version, StringComparer.Ordinal, cancellationToken), cancellationToken);
        if (now.GetValueOrDefault(ChangeRow.Clients) != seen.GetValueOrDefault(ChangeRow.Clients))
        {
            await clients.LoadAsync(cancellationToken);
        }

        if (now.GetValueOrDefault(ChangeRow.Keys) != seen.GetValueOrDefault(ChangeRow.Keys))
        {
            await keys.LoadAsync(cancellationToken);
        }

        seen = now;
    }

    // Where it fails, the old snapshot serves on.
    public override Task RunAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);
}
