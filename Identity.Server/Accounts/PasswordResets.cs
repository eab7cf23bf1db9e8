using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Mail;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>A new password for whoever forgot the old one and reads the account's mailbox. A second step that the account has is not touched by it.</summary>
internal sealed class PasswordResets(IdentityStore store, EmailCodes codes, Letters letters, Notices notices, Credentials credentials, PasswordRule rule, PasswordSignIn signIn, HashQueue hashes, Telemetry telemetry, ILogger<PasswordResets> logger)
{
    private const string Purpose = "reset password";

    /// <summary>Sends a code to the mailbox, or to one without an account the news of that. Whoever asks learns nothing, neither from the answer nor from the time it takes.</summary>
    /// <returns>False when it is no address that mail can be sent to.</returns>
    public async Task<bool> AskAsync(string mailbox, Caller caller, CancellationToken cancellationToken)
    {
        if (SignInName.OfEmail(mailbox) is not { Normal: var email } || !EmailCodes.CanSendTo(mailbox))
        {
            return false;
        }

        var known = await store.ReadAsync(db => db.SignInNames.AnyAsync(name => name.Name == email, cancellationToken), cancellationToken);
        await codes.SendAsync(Purpose, email, caller, cancellationToken, known ? null : letters.NoAccount(email, caller.Issuer, caller.Languages));
        return true;
    }

    /// <summary>Sets the password if the code is the one that was sent; everything that was signed in ends, and a lock that failed attempts put on the account's names is lifted.</summary>
    public async Task<AccountMistake> ResetAsync(string mailbox, string code, string password, Caller caller, CancellationToken cancellationToken)
    {
        var mistake = await TryAsync(mailbox, code, password, caller, cancellationToken);
        telemetry.PasswordResets.Add(1, new KeyValuePair<string, object?>("outcome", mistake is AccountMistake.None ? "ok" : mistake.ToString()));
        return mistake;
    }

    private async Task<AccountMistake> TryAsync(string mailbox, string code, string password, Caller caller, CancellationToken cancellationToken)
    {
        // What can be mended does not cost the code. Only what the visitor has typed is looked at: nothing of an account shows before its mailbox is proved.
        if (rule.Check(password, mailbox) is var mistake and not AccountMistake.None)
        {
            return mistake;
        }

        if (hashes.IsFull)
        {
            return AccountMistake.Busy;
        }

        if (!await codes.UseAsync(Purpose, mailbox, code, cancellationToken))
        {
            AuditLog.CodeRefused(logger, "a new password", caller.Address);
            return AccountMistake.WrongCode;
        }

        // The code is dead now; finishing does not depend on the client's patience.
        var email = SignInName.OfEmail(mailbox)!.Normal;
        if (await store.ReadAsync(db => db.SignInNames.AsNoTracking().Where(name => name.Name == email).Select(name => name.Account).SingleOrDefaultAsync(CancellationToken.None), CancellationToken.None) is not { } account)
        {
            return AccountMistake.WrongCode;
        }

        var notice = notices.Seal(account, new Notice(Words.Key("Your password was changed"), Words.Key("A new password was set for your account with a code that was sent to this address. Everything that was signed in has ended.")), caller);
        mistake = await credentials.SetPasswordAsync(account, password, CancellationToken.None, notice: notice);
        if (mistake is AccountMistake.None)
        {
            AuditLog.PasswordReset(logger, account.Subject, caller.Address);
            await notices.PostAsync(notice);
            await signIn.ForgiveAsync(await store.ReadAsync(db => db.SignInNames.Where(name => name.AccountId == account.Id).Select(name => name.Name).ToListAsync(CancellationToken.None), CancellationToken.None), CancellationToken.None);
        }

        return mistake;
    }
}
