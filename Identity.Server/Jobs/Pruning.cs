using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>Removes rows whose time is over, every hour. Each node may run it: deleting what is gone already changes nothing.</summary>
internal sealed partial class Pruning(IdentityStore store, AuditOptions audit, JobRuns runs, TimeProvider clock, ILogger<Pruning> logger)
    : Job("pruning", TimeSpan.FromHours(1), runs, clock, logger)
{
    // Long enough that whatever still refers to a row (a second use of a code, a clock that is behind) finds it.
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Rows that one commit removes at most.</summary>
    internal const int Batch = 1000;

    /// <summary>One table after the other and each in small commits, so that SQLite's one writer is never held for long.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var before = Clock.GetUtcNow() - Grace;
        var removed = 0;
        foreach (var delete in new Func<IdentityDb, Task<int>>[]
        {
            db => db.AuthorizeRequests.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.AuthorizationCodes.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.PendingSignIns.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.RememberedDevices.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.DeviceCodes.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.UsedProofs.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.ReferenceTokens.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.RevokedTokens.Where(row => row.ExpiresAt < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            // An access token asks its family whether it was ended, and lives 30 days at most (ClientRules).
            db => db.RefreshFamilies.Where(row => row.ExpiresAt < before - TimeSpan.FromDays(30)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.Sessions.Where(row => row.ExpiresAt < before - TimeSpan.FromDays(30)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.Throttle.Where(row => row.Since < before && row.BlockedUntil < before).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            // The daily limits of a mailbox are counted in its row.
            db => db.EmailCodes.Where(row => row.SentAt < before - TimeSpan.FromDays(1)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.AuditEvents.Where(row => row.At < Clock.GetUtcNow() - TimeSpan.FromDays(audit.RetentionDays)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.OutboxMails.Where(row => row.State != OutboxMailRow.Waiting && row.DueAt < before - TimeSpan.FromDays(30)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.JobRuns.Where(row => row.LastRunAt < before - TimeSpan.FromDays(30)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
            db => db.LogoutDeliveries.Where(row => row.State != LogoutDeliveryRow.Waiting && row.DueAt < before - TimeSpan.FromDays(30)).Take(Batch).ExecuteDeleteAsync(cancellationToken),
        })
        {
            int rows;
            do
            {
                rows = await store.WriteAsync(delete, cancellationToken);
                removed += rows;
            }
            while (rows == Batch);
        }

        return removed;
    }

    public override async Task RunAsync(CancellationToken cancellationToken) => Removed(await PruneAsync(cancellationToken));

    [LoggerMessage(3006, LogLevel.Debug, "{Rows} rows whose time was over were removed")]
    private partial void Removed(int rows);
}
