using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Sessions;

/// <summary>Clients that must be told of an ended session, Back-Channel Logout 1.0. Written in the commit that ends it; delivered by a job, by any node, with growing pauses.</summary>
internal sealed class LogoutQueue(IdentityStore store, TimeProvider clock)
{
    private const int MaxAttempts = 8;

    // Whoever took a delivery and died leaves it to the others after this.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>The clients of one session. Belongs into the transaction that ends it.</summary>
    public static Task<int> AddAsync(IdentityDb db, string sid, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = now.ToUnixTimeMilliseconds();
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO logout_deliveries (sid, client_id, subject, account_id, issuer, due_at, attempts, state)
            SELECT session_clients.sid, session_clients.client_id, accounts.subject, accounts.id, sessions.issuer, {due}, 0, {LogoutDeliveryRow.Waiting}
            FROM session_clients JOIN sessions ON sessions.sid = session_clients.sid JOIN accounts ON accounts.id = sessions.account_id
            WHERE session_clients.sid = {sid}
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
    }

    /// <summary>The clients of all sessions that an account still has open, <paramref name="keep"/> excepted. Belongs before their end into its transaction.</summary>
    public static Task<int> AddAllAsync(IdentityDb db, int accountId, DateTimeOffset now, CancellationToken cancellationToken, string? keep = null)
    {
        var (kept, due) = (keep ?? "", now.ToUnixTimeMilliseconds());
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO logout_deliveries (sid, client_id, subject, account_id, issuer, due_at, attempts, state)
            SELECT session_clients.sid, session_clients.client_id, accounts.subject, accounts.id, sessions.issuer, {due}, 0, {LogoutDeliveryRow.Waiting}
            FROM session_clients JOIN sessions ON sessions.sid = session_clients.sid JOIN accounts ON accounts.id = sessions.account_id
            WHERE sessions.account_id = {accountId} AND sessions.ended_at IS NULL AND sessions.sid <> {kept}
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
    }

    /// <summary>Takes what is due, each for one node: the lease is one conditional statement.</summary>
    public async Task<IReadOnlyList<LogoutDeliveryRow>> TakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await store.ReadAsync(
            db => db.LogoutDeliveries.AsNoTracking().Where(row => row.State == LogoutDeliveryRow.Waiting && row.DueAt <= now).OrderBy(row => row.DueAt).Take(50).ToListAsync(cancellationToken), cancellationToken);
        var taken = new List<LogoutDeliveryRow>();
        foreach (var row in due)
        {
            var until = now + Lease;
            var mine = await store.WriteAsync(
                db => db.LogoutDeliveries.Where(one => one.Sid == row.Sid && one.ClientId == row.ClientId && one.State == LogoutDeliveryRow.Waiting && one.DueAt == row.DueAt)
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.DueAt, until).SetProperty(one => one.Attempts, one => one.Attempts + 1), cancellationToken),
                cancellationToken);
            if (mine == 1)
            {
                taken.Add(row);
            }
        }

        return taken;
    }

    /// <param name="row">As it was taken.</param>
    /// <param name="delivered">True when the client answered that it is done.</param>
    /// <param name="again">Whether another attempt could change anything.</param>
    /// <param name="cancellationToken">The job's.</param>
    public Task<int> SettleAsync(LogoutDeliveryRow row, bool delivered, bool again, CancellationToken cancellationToken)
    {
        var attempts = row.Attempts + 1;
        var state = delivered ? LogoutDeliveryRow.Done : again && attempts < MaxAttempts ? LogoutDeliveryRow.Waiting : LogoutDeliveryRow.GivenUp;
        var next = clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Pow(4, attempts));
        return store.WriteAsync(
            db => db.LogoutDeliveries.Where(one => one.Sid == row.Sid && one.ClientId == row.ClientId)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.State, state).SetProperty(one => one.DueAt, next), cancellationToken),
            cancellationToken);
    }
}
