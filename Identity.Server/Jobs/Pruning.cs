using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>Removes rows whose time is over, every hour. Each node may run it: deleting what is gone already changes nothing.</summary>
internal sealed partial class Pruning(IdentityStore store, TimeProvider clock, ILogger<Pruning> logger) : BackgroundService
{
    // Long enough that whatever still refers to a row (a second use of a code, a clock that is behind) finds it.
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>One table after the other, so that SQLite's one writer is never held for long.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Grace;
        var removed = 0;
        foreach (var delete in new Func<IdentityDb, Task<int>>[]
        {
            db => db.AuthorizeRequests.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            db => db.AuthorizationCodes.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            db => db.DeviceCodes.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            db => db.UsedProofs.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            db => db.ReferenceTokens.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            db => db.RevokedTokens.Where(row => row.ExpiresAt < before).ExecuteDeleteAsync(cancellationToken),
            // An access token asks its family whether it was ended, and lives 30 days at most (ClientRules).
            db => db.RefreshFamilies.Where(row => row.ExpiresAt < before - TimeSpan.FromDays(30)).ExecuteDeleteAsync(cancellationToken),
            db => db.Sessions.Where(row => row.ExpiresAt < before - TimeSpan.FromDays(30)).ExecuteDeleteAsync(cancellationToken),
            db => db.Throttle.Where(row => row.Since < before && row.BlockedUntil < before).ExecuteDeleteAsync(cancellationToken),
            // The daily limits of a mailbox are counted in its row.
            db => db.EmailCodes.Where(row => row.SentAt < before - TimeSpan.FromDays(1)).ExecuteDeleteAsync(cancellationToken),
            db => db.LogoutDeliveries.Where(row => row.State != LogoutDeliveryRow.Waiting && row.DueAt < before - TimeSpan.FromDays(30)).ExecuteDeleteAsync(cancellationToken),
        })
        {
            removed += await store.WriteAsync(delete, cancellationToken);
        }

        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Removed(await PruneAsync(stoppingToken));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    [LoggerMessage(3006, LogLevel.Debug, "{Rows} rows whose time was over were removed")]
    private partial void Removed(int rows);

    [LoggerMessage(3007, LogLevel.Error, "Could not remove rows whose time is over")]
    private partial void Failed(Exception failure);
}
