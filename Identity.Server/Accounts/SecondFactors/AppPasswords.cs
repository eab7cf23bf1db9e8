using System.Linq.Expressions;
using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>
/// Passwords that the server draws for old clients of accounts with two-step verification, which know no second step. Named, shown
/// once, taken back one by one, and ended with everything else when the account's credentials change.
/// </summary>
internal sealed class AppPasswords(IdentityStore store, RootKeys roots, TimeProvider clock, ILogger<AppPasswords> logger)
{
    public const int MaxNameLength = 64;

    /// <summary>Of one account.</summary>
    public const int Most = 20;

    // 99 bits: too many to guess, few enough for a field of 24 characters.
    private const int Length = 20;
    private const int Group = 5;

    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(5);

    /// <summary>By which a presented text is looked for; a text that cannot be one has a name too, so that it costs the same.</summary>
    public static string Key(string presented) => ReadableSecret.Read(presented, Length) ?? "";

    public string Mac(int accountId, string key) => roots.Lookup("app password", FormattableString.Invariant($"{accountId}\n{key}"));

    /// <returns>The password in clear, to be shown once; null when the name is none, the account has too many or no two-step verification.</returns>
    public async Task<string?> AddAsync(Account account, string name, CancellationToken cancellationToken)
    {
        var label = name.Trim();
        if (label.Length is 0 or > MaxNameLength || label.Any(char.IsControl))
        {
            return null;
        }

        var (drawn, accountId, now) = (ReadableSecret.Draw(Length, Group), account.Id, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (mac, id) = (Mac(accountId, Key(drawn)), Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)));
        // One statement: an account that turned it off meanwhile must not be left with one.
        var added = await store.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO app_passwords (mac, account_id, id, name, created_at)
                SELECT {mac}, {accountId}, {id}, {label}, {now}
                WHERE EXISTS (SELECT 1 FROM accounts WHERE accounts.id = {accountId} AND accounts.two_factor_enabled AND accounts.disabled_at IS NULL)
                    AND (SELECT COUNT(*) FROM app_passwords AS others WHERE others.account_id = {accountId}) < {Most}
                """,
                cancellationToken),
            cancellationToken);
        if (added == 0)
        {
            return null;
        }

        AuditLog.AppPasswordAdded(logger, account.Subject);
        return drawn;
    }

    public Task<List<AppPasswordRow>> OfAsync(int accountId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.AppPasswords.AsNoTracking().Where(row => row.AccountId == accountId).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>Takes one back. Families that some app password began end with it: whoever holds another one signs in again.</summary>
    public async Task<bool> RemoveAsync(Account account, string id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var removed = await store.TransactAsync(
            async db =>
            {
                var rows = await db.AppPasswords.Where(row => row.AccountId == account.Id && row.Id == id).ExecuteDeleteAsync(cancellationToken);
                await db.RefreshFamilies.Where(row => row.AccountId == account.Id && row.Amr == PasswordProof.ByAppPassword && row.RevokedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
                return (rows == 1, rows == 1);
            },
            cancellationToken);
        if (removed)
        {
            AuditLog.AppPasswordRemoved(logger, account.Subject);
        }

        return removed;
    }

    /// <summary>Writes down that it was used, for the person who looks at the list.</summary>
    public async Task SeenAsync(AppPasswordRow used, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (used.LastUsedAt is null || now >= used.LastUsedAt + UseInterval)
        {
            await store.WriteAsync(db => db.AppPasswords.Where(row => row.Mac == used.Mac).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, now), cancellationToken), cancellationToken);
        }
    }
}
