using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>Turns an account's second step on and off, each in one commit with all that hangs on it.</summary>
internal sealed class TwoStepVerification(IdentityStore store, AuthenticatorApps apps, RecoveryCodes recoveryCodes, TimeProvider clock, ILogger<TwoStepVerification> logger)
{
    /// <summary>What its person is told when it goes, whoever took it away.</summary>
    public static Notice OffNotice { get; } = new(
        Words.Key("Two-step verification was turned off"), Words.Key("Your account can be signed in to without a second step now. Everything that was signed in elsewhere has ended."));

    /// <summary>Confirms the app by a code of it; from the commit on every sign-in owes two steps. What is signed in already goes on.</summary>
    /// <returns>The recovery codes in clear, to be shown once; null when the code is wrong or an app was confirmed already.</returns>
    public async Task<IReadOnlyList<string>?> TurnOnAsync(Account account, string code, OutboxMailRow? notice, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var codes = await store.TransactAsync(
            async db =>
            {
                if (!await apps.ConfirmAsync(db, account.Id, code, cancellationToken))
                {
                    return (false, null);
                }

                await db.Accounts.Where(row => row.Id == account.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoFactorEnabled, true).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                var drawn = await recoveryCodes.ReplaceAsync(db, account.Id, cancellationToken);
                await AddAsync(db, notice, cancellationToken);
                return (true, (IReadOnlyList<string>?)drawn);
            },
            cancellationToken);
        if (codes is not null)
        {
            AuditLog.TwoStepOn(logger, account.Subject);
        }

        return codes;
    }

    /// <summary>Takes the second step away, and with it the recovery codes, the app passwords and everything that was open but for the session that is kept.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="by">For the audit trail: the person or an operator.</param>
    /// <param name="keep">The session of whoever does it; null when nobody's stays.</param>
    /// <param name="notice">The mail about it.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>False when it was off already.</returns>
    public async Task<bool> TurnOffAsync(Account account, string by, KeptSession? keep, OutboxMailRow? notice, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var off = await store.TransactAsync(
            async db =>
            {
                if (await db.Accounts.Where(row => row.Id == account.Id && row.TwoFactorEnabled)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoFactorEnabled, false).SetProperty(row => row.UpdatedAt, now), cancellationToken) == 0)
                {
                    return (false, false);
                }

                await AuthenticatorApps.RemoveAsync(db, account.Id, cancellationToken);
                await RecoveryCodes.RemoveAsync(db, account.Id, cancellationToken);
                await Credentials.EndEverythingAsync(db, account.Id, now, cancellationToken, keep);
                await AddAsync(db, notice, cancellationToken);
                return (true, true);
            },
            cancellationToken);
        if (off)
        {
            AuditLog.TwoStepOff(logger, account.Subject, by);
            AuditLog.SessionsEnded(logger, account.Subject);
        }

        return off;
    }

    /// <summary>New recovery codes; those from before are worth nothing.</summary>
    /// <returns>In clear, to be shown once; null for an account without two-step verification.</returns>
    public async Task<IReadOnlyList<string>?> ReplaceCodesAsync(Account account, OutboxMailRow? notice, CancellationToken cancellationToken)
    {
        var codes = await store.TransactAsync(
            async db =>
            {
                // The write holds back whoever turns it off at this moment.
                if (await db.Accounts.Where(row => row.Id == account.Id && row.TwoFactorEnabled)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), cancellationToken) == 0)
                {
                    return (false, null);
                }

                var drawn = await recoveryCodes.ReplaceAsync(db, account.Id, cancellationToken);
                await AddAsync(db, notice, cancellationToken);
                return (true, (IReadOnlyList<string>?)drawn);
            },
            cancellationToken);
        if (codes is not null)
        {
            AuditLog.RecoveryCodesReplaced(logger, account.Subject);
        }

        return codes;
    }

    private static async Task AddAsync(IdentityDb db, OutboxMailRow? notice, CancellationToken cancellationToken)
    {
        if (notice is not null)
        {
            db.Add(notice);
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
