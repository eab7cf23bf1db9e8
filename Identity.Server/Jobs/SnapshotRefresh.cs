using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>Watches for changes that other nodes made to clients and keys, once a second.</summary>
internal sealed partial class SnapshotRefresh(IdentityStore store, ClientDirectory clients, SigningKeys keys, TimeProvider clock, ILogger<SnapshotRefresh> logger) : BackgroundService
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The old snapshot serves on; the next second looks again.
                Failed(failure);
            }
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "Could not look for changes of clients and keys")]
    private partial void Failed(Exception failure);
}
