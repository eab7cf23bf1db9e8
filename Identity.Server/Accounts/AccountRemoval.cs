using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Mail;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>
/// The end of an account, for its person and for operators. One commit: its clients are to be told, its mailbox hears of it, and
/// the row goes with everything that hangs on it. Its names are free again; its subject is random and comes to nobody else. The
/// audit trail keeps what it was (docs/decisions/0018).
/// </summary>
internal sealed class AccountRemoval(IdentityStore store, Outbox outbox, Letters letters, TimeProvider clock, ILogger<AccountRemoval> logger)
{
    // Somebody who did not want it should hear of it however long the mail server was away.
    private static readonly TimeSpan Use = TimeSpan.FromDays(3);

    /// <param name="account">Whose.</param>
    /// <param name="by">For the audit trail: the person or an operator.</param>
    /// <param name="caller">From where; null for the command line.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>False when it was gone already.</returns>
    public async Task<bool> RemoveAsync(Account account, string by, Caller? caller, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var mail = account is { EmailConfirmed: true, Email: { } mailbox } && MailTransport.Reaches(mailbox)
            ? outbox.Seal(letters.AccountDeleted(mailbox, now, caller?.Address, account.Locale ?? caller?.Languages), Use)
            : null;
        var removed = await store.TransactAsync(
            async db =>
            {
                await LogoutQueue.AddAllAsync(db, account.Id, now, cancellationToken);
                // These name the subject and no row. (A client that knows the person by another name has that one in it, until it expires.)
                await db.ReferenceTokens.Where(row => row.Claims.Contains(account.Subject)).ExecuteDeleteAsync(cancellationToken);
                if (await db.Accounts.Where(row => row.Id == account.Id).ExecuteDeleteAsync(cancellationToken) == 0)
                {
                    return (false, false);
                }

                if (mail is not null)
                {
                    db.Add(mail);
                    await db.SaveChangesAsync(cancellationToken);
                }

                return (true, true);
            },
            cancellationToken);
        if (removed)
        {
            AuditLog.AccountDeleted(logger, account.Subject, by);
            if (mail is not null)
            {
                await outbox.PostAsync(mail);
            }
        }

        return removed;
    }
}
