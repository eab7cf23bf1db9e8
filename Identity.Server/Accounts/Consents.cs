using Identity.OpenId.Scopes;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>What people allowed which clients, one row for each pair.</summary>
internal sealed class Consents(IdentityStore store, TimeProvider clock, ILogger<Consents> logger)
{
    /// <summary>When all of the scopes, and all of the claims that no scope of the request covers, were allowed; null when some were not.</summary>
    public async Task<DateTimeOffset?> GivenAsync(int accountId, string clientId, ScopeSet scopes, IEnumerable<string> claims, CancellationToken cancellationToken)
    {
        var row = await store.ReadAsync(db => db.Consents.AsNoTracking().SingleOrDefaultAsync(one => one.AccountId == accountId && one.ClientId == clientId, cancellationToken), cancellationToken);
        return row is not null && ScopeSet.Parse(row.Scope).Succeeded(out var given, out _) && scopes.IsSubsetOf(given) && !claims.Except(Names(row.Claims), StringComparer.Ordinal).Any()
            ? row.GrantedAt
            : null;
    }

    /// <summary>Adds to what was allowed before.</summary>
    public Task GiveAsync(int accountId, string clientId, ScopeSet scopes, IEnumerable<string> claims, CancellationToken cancellationToken) => store.TransactAsync(
        async db =>
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var before = await db.Consents.AsNoTracking().Where(one => one.AccountId == accountId && one.ClientId == clientId).SingleOrDefaultAsync(cancellationToken);
            var all = ScopeSet.Of(Names(before?.Scope).Concat(scopes)).ToString();
            var named = string.Join(' ', Names(before?.Claims).Union(claims, StringComparer.Ordinal));
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO consents (account_id, client_id, scope, claims, granted_at) VALUES ({accountId}, {clientId}, {all}, {named}, {now}) ON CONFLICT (account_id, client_id) DO UPDATE SET scope = excluded.scope, claims = excluded.claims, granted_at = excluded.granted_at",
                cancellationToken);
            return (true, true);
        },
        cancellationToken);

    /// <summary>Every client that the person allowed something.</summary>
    public Task<List<ConsentRow>> OfAsync(int accountId, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.Consents.AsNoTracking().Where(one => one.AccountId == accountId).OrderBy(one => one.ClientId).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>Takes everything back: the consent, and what the client still holds because of it.</summary>
    public async Task WithdrawAsync(Account account, string clientId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.TransactAsync(
            async db =>
            {
                await db.Consents.Where(one => one.AccountId == account.Id && one.ClientId == clientId).ExecuteDeleteAsync(cancellationToken);
                await db.RefreshFamilies.Where(row => row.AccountId == account.Id && row.ClientId == clientId && row.RevokedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
                return (true, true);
            },
            cancellationToken,
            LostAnswer.Repeat);
        AuditLog.ConsentWithdrawn(logger, account.Subject, clientId);
    }

    private static string[] Names(string? list) => list?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
