using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Mail;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>People who make an account for themselves: a code by mail first, and who reads it may. One way for our pages and the legacy routes.</summary>
internal sealed class Registrations(IdentityStore store, EmailCodes codes, Letters letters, AccountRegistry registry, HashQueue hashes, Telemetry telemetry, ILogger<Registrations> logger)
{
    /// <summary>Sends a code to the mailbox, or to one that has an account the news of it. Whoever asks learns nothing, neither from the answer nor from the time it takes.</summary>
    /// <returns>False when it is no address that mail can be sent to.</returns>
    public async Task<bool> AskAsync(string mailbox, Caller caller, CancellationToken cancellationToken)
    {
        if (SignInName.OfEmail(mailbox) is not { Normal: var email } || !EmailCodes.CanSendTo(mailbox))
        {
            return false;
        }

        var taken = await store.ReadAsync(db => db.SignInNames.AnyAsync(name => name.Name == email, cancellationToken), cancellationToken);
        await codes.SendAsync(EmailCodes.ForRegistration, email, caller, cancellationToken, taken ? letters.AddressTaken(email, caller.Issuer, caller.Languages) : null);
        return true;
    }

    /// <summary>Makes the account of whoever read the code. What the visitor can mend comes first and does not cost the code; whether the mailbox is taken comes last and does.</summary>
    public async Task<(Account? Account, AccountMistake Mistake)> RegisterAsync(string mailbox, string code, string password, string? nickname, Caller caller, CancellationToken cancellationToken)
    {
        var wanted = new NewAccount
        {
            // The mailbox that the code went to, whatever letters it was asked for in.
            Email = SignInName.OfEmail(mailbox)?.Normal ?? mailbox,
            EmailVerified = true,
            Nickname = nickname,
            Password = password,
        };
        var mistake = registry.Check(wanted);
        if (mistake is AccountMistake.None && hashes.IsFull)
        {
            mistake = AccountMistake.Busy;
        }

        if (mistake is AccountMistake.None && !await codes.UseAsync(EmailCodes.ForRegistration, mailbox, code, cancellationToken))
        {
            mistake = AccountMistake.WrongCode;
            AuditLog.CodeRefused(logger, "registration", caller.Address);
        }

        // The code is dead now; finishing does not depend on the client's patience.
        var made = mistake is AccountMistake.None ? await registry.CreateAsync(wanted, "registration", CancellationToken.None) : (null, mistake);
        telemetry.Registrations.Add(1, new KeyValuePair<string, object?>("outcome", made.Mistake is AccountMistake.None ? "ok" : made.Mistake.ToString()));
        return made;
    }
}
