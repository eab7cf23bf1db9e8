using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Mail;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>
/// An account's way to another e-mail address: wished for, proved by a code that goes there, and only then a sign-in name. Whether
/// the address has an account already nobody but its owner learns.
/// </summary>
internal sealed class EmailChanges(IdentityStore store, EmailCodes codes, Letters letters, Notices notices, TimeProvider clock, ILogger<EmailChanges> logger)
{
    private const string Purpose = "change e-mail";

    /// <summary>As long as its code, and a while for whoever asks for another one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>The address that the account waits for; null for none.</summary>
    public Task<string?> WaitingAsync(int accountId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.ReadAsync(db => db.EmailChanges.Where(row => row.AccountId == accountId && row.ExpiresAt > now).Select(row => row.Email).SingleOrDefaultAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Writes the wish down and sends the code; where the address has an account, its owner is told instead, and everything else is as for any other.</summary>
    /// <returns>False when it is no address that mail can be sent to, or the account's own already.</returns>
    public async Task<bool> AskAsync(Account account, string mailbox, Caller caller, CancellationToken cancellationToken)
    {
        if (SignInName.OfEmail(mailbox) is not { Normal: var email } || !EmailCodes.CanSendTo(mailbox) || IsOwn(account, email))
        {
            return false;
        }

        var (id, now, until) = (account.Id, clock.GetUtcNow().ToUnixTimeMilliseconds(), (clock.GetUtcNow() + Patience).ToUnixTimeMilliseconds());
        var taken = await store.ReadAsync(db => db.SignInNames.AnyAsync(name => name.Name == email, cancellationToken), cancellationToken);
        await store.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO email_changes (account_id, email, asked_at, expires_at) VALUES ({id}, {email}, {now}, {until})
                ON CONFLICT (account_id) DO UPDATE SET email = excluded.email, asked_at = excluded.asked_at, expires_at = excluded.expires_at
                """,
                cancellationToken),
            cancellationToken);
        await codes.SendAsync(Purpose, email, caller, cancellationToken, taken ? letters.AddressWanted(email, caller.Languages) : null, account.Subject);
        return true;
    }

    /// <summary>Sends another code to the address that the account waits for.</summary>
    public async Task AskAgainAsync(Account account, Caller caller, CancellationToken cancellationToken)
    {
        if (await WaitingAsync(account.Id, cancellationToken) is { } email)
        {
            _ = await AskAsync(account, email, caller, cancellationToken);
        }
    }

    public Task<int> GiveUpAsync(int accountId, CancellationToken cancellationToken) =>
        store.WriteAsync(db => db.EmailChanges.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken), cancellationToken);

    /// <summary>Makes the address the account's, if the code is the one that was sent there for it. Whoever has the name first keeps it: the primary key of the names decides.</summary>
    public async Task<bool> ConfirmAsync(Account account, string code, Caller caller, CancellationToken cancellationToken)
    {
        if (await WaitingAsync(account.Id, cancellationToken) is not { } email || !await codes.UseAsync(Purpose, email, code, cancellationToken, account.Subject))
        {
            return false;
        }

        var now = clock.GetUtcNow();
        var notice = new Notice(Words.Key("Your e-mail address was changed"), Words.Key("The e-mail address of your account is now {0}."), email);
        var mails = new[] { notices.Seal(account, notice, caller), notices.Seal(account, notice, caller, email) }.OfType<OutboxMailRow>().ToList();
        var changed = await store.TransactAsync(
            async db =>
            {
                if (await db.Database.ExecuteSqlAsync($"INSERT INTO sign_in_names (name, kind, account_id) VALUES ({email}, {SignInName.Email}, {account.Id}) ON CONFLICT DO NOTHING", cancellationToken) == 0)
                {
                    return (false, false);
                }

                await db.SignInNames.Where(name => name.AccountId == account.Id && name.Kind == SignInName.Email && name.Name != email).ExecuteDeleteAsync(cancellationToken);
                await db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Email, email).SetProperty(row => row.EmailConfirmed, true).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                await db.EmailChanges.Where(row => row.AccountId == account.Id).ExecuteDeleteAsync(cancellationToken);
                db.AddRange(mails);
                await db.SaveChangesAsync(cancellationToken);
                return (true, true);
            },
            cancellationToken);
        if (!changed)
        {
            return false;
        }

        AuditLog.EmailChanged(logger, account.Subject, caller.Address);
        foreach (var mail in mails)
        {
            await notices.PostAsync(mail);
        }

        return true;
    }

    private static bool IsOwn(Account account, string email) => account is { EmailConfirmed: true, Email: { } own } && string.Equals(SignInName.OfEmail(own)?.Normal, email, StringComparison.Ordinal);
}
