using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>Changes what a person proves themselves with; everything that was open ends in the same commit.</summary>
internal sealed class Credentials(IdentityStore store, PasswordRule rule, HashQueue hashes, TimeProvider clock, ILogger<Credentials> logger)
{
    /// <summary>Sets a password. Sessions, refresh families, access tokens, app passwords and remembered devices from before are void, but for the session that is kept.</summary>
    public async Task<AccountMistake> SetPasswordAsync(Account account, string password, CancellationToken cancellationToken, KeptSession? keep = null, OutboxMailRow? notice = null)
    {
        if (rule.Check(password, account.UserName, account.Email, account.PhoneNumber) is var mistake and not AccountMistake.None)
        {
            return mistake;
        }

        using var place = hashes.TryEnter();
        if (place is null)
        {
            return AccountMistake.Busy;
        }

        var hash = await place.HashAsync(account, password);
        var now = clock.GetUtcNow();
        await store.TransactAsync(
            async db =>
            {
                await db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, hash).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                await EndEverythingAsync(db, account.Id, now, cancellationToken, keep);
                if (notice is not null)
                {
                    db.Add(notice);
                    await db.SaveChangesAsync(cancellationToken);
                }

                return (true, true);
            },
            cancellationToken,
            LostAnswer.Repeat);
        AuditLog.PasswordSet(logger, account.Subject);
        AuditLog.SessionsEnded(logger, account.Subject);
        return AccountMistake.None;
    }

    /// <summary>Disables an account and ends all that it had open; false when it was disabled already.</summary>
    public async Task<bool> LockAsync(Account account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var locked = await store.TransactAsync(
            async db =>
            {
                var rows = await db.Accounts.Where(row => row.Id == account.Id && row.DisabledAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, now).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                await EndEverythingAsync(db, account.Id, now, cancellationToken);
                return (rows == 1, rows == 1);
            },
            cancellationToken,
            LostAnswer.Ask(db => db.Accounts.AnyAsync(row => row.Id == account.Id && row.DisabledAt == now, cancellationToken)));
        if (locked)
        {
            AuditLog.AccountLocked(logger, account.Subject);
            AuditLog.SessionsEnded(logger, account.Subject);
        }

        return locked;
    }

    /// <summary>Enables an account again; what was ended stays so.</summary>
    public async Task UnlockAsync(Account account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.WriteAsync(
            db => db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, (DateTimeOffset?)null).SetProperty(row => row.UpdatedAt, now), cancellationToken),
            cancellationToken,
            LostAnswer.Repeat);
        AuditLog.AccountUnlocked(logger, account.Subject);
    }

    /// <summary>Ends all that an account has open, but for the session that is kept; it may sign in anew.</summary>
    public async Task EndEverythingAsync(Account account, CancellationToken cancellationToken, KeptSession? keep = null)
    {
        await store.TransactAsync(
            async db =>
            {
                await EndEverythingAsync(db, account.Id, clock.GetUtcNow(), cancellationToken, keep);
                return (true, true);
            },
            cancellationToken,
            LostAnswer.Repeat);
        AuditLog.SessionsEnded(logger, account.Subject);
    }

    /// <summary>Belongs into the transaction of the change itself.</summary>
    internal static async Task EndEverythingAsync(IdentityDb db, int accountId, DateTimeOffset now, CancellationToken cancellationToken, KeptSession? keep = null)
    {
        var sid = keep?.Sid;
        await LogoutQueue.AddAllAsync(db, accountId, now, cancellationToken, sid);
        await db.Accounts.Where(row => row.Id == accountId).ExecuteUpdateAsync(set => set.SetProperty(row => row.SessionsEndedAt, now), cancellationToken);
        await db.RefreshFamilies.Where(row => row.AccountId == accountId && row.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
        await db.AppPasswords.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);
        await RememberedDevices.RemoveAsync(db, accountId, cancellationToken);
        await db.Sessions.Where(row => row.AccountId == accountId && row.EndedAt == null && row.Sid != sid).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken);
        if (keep is not null)
        {
            await keep.ContinueAsync(db, now, cancellationToken);
        }
    }
}
