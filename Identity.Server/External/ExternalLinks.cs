using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.External;

/// <summary>What an account is linked to, and how a link is taken away.</summary>
internal sealed class ExternalLinks(IdentityStore store, ExternalApps apps, TimeProvider clock, ILogger<ExternalLinks> logger)
{
    /// <summary>One for each person at a provider: all apps in which that person was seen are one link.</summary>
    public async Task<IReadOnlyList<ExternalLink>> OfAsync(int accountId, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(db => db.ExternalIdentities.AsNoTracking().Where(row => row.AccountId == accountId).OrderBy(row => row.LinkedAt).ToListAsync(cancellationToken), cancellationToken);
        return
        [
            .. rows.GroupBy(row => row.UnionId is { } unionId ? (row.Provider, row.Developer, unionId) : (row.Provider, row.AppId, row.OpenId))
                .Select(group => new ExternalLink(
                    $"{group.Key.Provider}\n{group.Key.Item2}\n{group.Key.Item3}",
                    group.Key.Provider,
                    [.. group.Select(row => apps.Of(row.Provider).FirstOrDefault(app => string.Equals(app.AppId, row.AppId, StringComparison.Ordinal))?.Name ?? row.AppId)],
                    group.Min(row => row.LinkedAt))),
        ];
    }

    /// <summary>Takes a link away, unless it is the account's last way to sign in. What was signed in by it is not known, so all that the account had open ends.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="key">Of one of its links.</param>
    /// <param name="keep">The session that stays.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>False when nothing was taken away.</returns>
    public async Task<bool> RemoveAsync(Account account, string key, KeptSession? keep, CancellationToken cancellationToken)
    {
        if (key.Split('\n') is not [var provider, var scope, var person])
        {
            return false;
        }

        var removed = await store.TransactAsync(
            async db =>
            {
                // Holds back whoever takes away another link of the same account, so that two at once cannot take both.
                await db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, clock.GetUtcNow()), cancellationToken);
                var gone = await db.ExternalIdentities
                    .Where(row => row.AccountId == account.Id && row.Provider == provider && ((row.UnionId == person && row.Developer == scope) || (row.UnionId == null && row.AppId == scope && row.OpenId == person)))
                    .ExecuteDeleteAsync(cancellationToken);
                await db.ExternalUnions.Where(row => row.AccountId == account.Id && row.Provider == provider && row.Developer == scope && row.UnionId == person).ExecuteDeleteAsync(cancellationToken);
                var left = await WaysIn.AnyAsync(db, account.Id, cancellationToken);
                if (gone > 0 && left)
                {
                    await Credentials.EndEverythingAsync(db, account.Id, clock.GetUtcNow(), cancellationToken, keep);
                }

                return (gone > 0 && left, gone > 0 && left);
            },
            cancellationToken);
        if (removed)
        {
            AuditLog.Unlinked(logger, account.Subject, provider);
            AuditLog.SessionsEnded(logger, account.Subject);
        }

        return removed;
    }
}

/// <param name="Key">For <see cref="ExternalLinks.RemoveAsync"/>; it means nothing with another account.</param>
/// <param name="Provider">See <see cref="ExternalApp"/>.</param>
/// <param name="Apps">Names of our apps in which the person was seen.</param>
/// <param name="LinkedAt">The first time.</param>
internal sealed record ExternalLink(string Key, string Provider, IReadOnlyList<string> Apps, DateTimeOffset LinkedAt);
