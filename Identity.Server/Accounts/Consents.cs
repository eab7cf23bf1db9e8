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

    /// <summary>Every client that can do something in the person's name: by consent, or because it holds a refresh token that is still good.</summary>
    public async Task<IReadOnlyList<Connection>> ConnectionsAsync(int accountId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (consents, families) = await store.ReadAsync(
            async db => (
                await db.Consents.AsNoTracking().Where(one => one.AccountId == accountId).ToListAsync(cancellationToken),
                await db.RefreshFamilies.AsNoTracking().Where(row => row.AccountId == accountId && row.RevokedAt == null && row.ExpiresAt > now)
                    .Select(row => new { row.ClientId, row.Scope, row.CreatedAt, row.RotatedAt }).ToListAsync(cancellationToken)),
            cancellationToken);
        return
        [
            .. consents.Select(one => one.ClientId).Concat(families.Select(one => one.ClientId)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(client =>
            {
                var consent = consents.Find(one => string.Equals(one.ClientId, client, StringComparison.Ordinal));
                var held = families.FindAll(one => string.Equals(one.ClientId, client, StringComparison.Ordinal));
                return new Connection(
                    client,
                    [.. Names(consent?.Scope).Concat(held.SelectMany(one => Names(one.Scope))).Distinct(StringComparer.Ordinal)],
                    Names(consent?.Claims),
                    held.Select(one => one.CreatedAt).Concat(consent is null ? [] : [consent.GrantedAt]).Min(),
                    held.Count == 0 ? null : held.Max(one => one.RotatedAt));
            }),
        ];
    }

    /// <summary>Takes everything back: the consent, and what the client still holds or is about to fetch because of it.</summary>
    public async Task WithdrawAsync(Account account, string clientId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.TransactAsync(
            async db =>
            {
                await db.Consents.Where(one => one.AccountId == account.Id && one.ClientId == clientId).ExecuteDeleteAsync(cancellationToken);
                await db.RefreshFamilies.Where(row => row.AccountId == account.Id && row.ClientId == clientId && row.RevokedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
                await db.AuthorizationCodes.Where(row => row.AccountId == account.Id && row.ClientId == clientId && row.RedeemedAt == null).ExecuteDeleteAsync(cancellationToken);
                await db.DeviceCodes.Where(row => row.AccountId == account.Id && row.ClientId == clientId && row.RedeemedAt == null).ExecuteDeleteAsync(cancellationToken);
                return (true, true);
            },
            cancellationToken,
            LostAnswer.Repeat);
        AuditLog.ConsentWithdrawn(logger, account.Subject, clientId);
    }

    private static string[] Names(string? list) => list?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}

/// <summary>A client that can do something in a person's name.</summary>
/// <param name="ClientId">Which.</param>
/// <param name="Scopes">What it may.</param>
/// <param name="Claims">What was allowed by name beside them.</param>
/// <param name="Since">The first time.</param>
/// <param name="UsedAt">When it last refreshed; null when it holds no refresh token.</param>
internal sealed record Connection(string ClientId, IReadOnlyList<string> Scopes, IReadOnlyList<string> Claims, DateTimeOffset Since, DateTimeOffset? UsedAt);
