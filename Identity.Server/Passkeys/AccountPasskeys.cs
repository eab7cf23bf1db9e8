using System.Buffers.Text;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Passkeys;

/// <summary>The passkeys of an account: what it has, and the statements that change them.</summary>
internal sealed class AccountPasskeys(
    IdentityStore store, IPasskeyHandler<Account> handler, PasskeyChallenges challenges, RelyingParty relyingParty, AccountRegistry registry, Notices notices, TimeProvider clock, ILogger<AccountPasskeys> logger)
{
    /// <summary>More than anybody has devices.</summary>
    public const int Most = 20;

    /// <summary>Of a name, in UTF-16 units.</summary>
    public const int MaxName = 64;

    /// <summary>The oldest first.</summary>
    public Task<List<PasskeyRow>> OfAsync(int accountId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Passkeys.AsNoTracking().Where(row => row.AccountId == accountId).OrderBy(row => row.CreatedAt).ThenBy(row => row.CredentialId).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>For the page that adds one; null where browsers have none.</summary>
    public async Task<PasskeyOffer?> OfferAsync(HttpContext http, SessionRow session, CancellationToken cancellationToken)
    {
        if (!relyingParty.Serves(http.Request))
        {
            return null;
        }

        var account = session.Account!;
        var name = await registry.NameOfAsync(account.Id, cancellationToken) ?? account.Subject;
        // Authenticators show both, and cut long ones.
        var made = await handler.MakeCreationOptionsAsync(new() { Id = account.Subject, Name = name, DisplayName = account.Nickname ?? account.Name ?? name }, http);
        return new(made.CreationOptionsJson, challenges.Seal(Owner(session), made.AttestationState ?? ""));
    }

    /// <summary>Adds the passkey that answered the challenge.</summary>
    /// <param name="http">The browser.</param>
    /// <param name="session">Of the person, who proved themselves lately.</param>
    /// <param name="challenge">As <see cref="OfferAsync"/> gave it.</param>
    /// <param name="credential">The browser's answer.</param>
    /// <param name="name">The person's word for it.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<PasskeyMistake> AddAsync(HttpContext http, SessionRow session, string? challenge, string? credential, string name, CancellationToken cancellationToken)
    {
        if (!relyingParty.Serves(http.Request) || credential is not { Length: > 0 and <= PasskeySignIn.MaxCredential } || challenges.Open(Owner(session), challenge) is not { } open || !await challenges.UseAsync(open, cancellationToken))
        {
            return PasskeyMistake.DeadChallenge;
        }

        var result = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = credential, AttestationState = open.State });
        if (!result.Succeeded)
        {
            PasskeySignIn.ThrowIfBroken(result.Failure);
            return PasskeyMistake.Refused;
        }

        var (account, passkey, caller, now) = (session.Account!, result.Passkey, Caller.Of(http), clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (id, transports, count) = (Base64Url.EncodeToString(passkey.CredentialId), string.Join(' ', (passkey.Transports ?? []).Where(IsWord).Take(8)), (long)passkey.SignCount);
        var mail = notices.Seal(account, new(Words.Key("A passkey was added"), Words.Key("The passkey “{0}” was added to your account: whoever holds it can sign in."), name), caller);
        var added = await store.TransactAsync(
            async db =>
            {
                // The primary key decides between two accounts that one authenticator answered for.
                var rows = await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO passkeys (credential_id, account_id, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
                    SELECT {id}, {account.Id}, {name}, {passkey.PublicKey}, {count}, {transports}, {passkey.IsBackupEligible}, {passkey.IsBackedUp}, {now}
                    WHERE (SELECT COUNT(*) FROM passkeys WHERE account_id = {account.Id}) < {Most}
                    ON CONFLICT DO NOTHING
                    """,
                    cancellationToken);
                if (rows == 1 && mail is not null)
                {
                    db.Add(mail);
                    await db.SaveChangesAsync(cancellationToken);
                }

                return (rows == 1, rows == 1);
            },
            cancellationToken);
        if (!added)
        {
            return PasskeyMistake.Refused;
        }

        AuditLog.PasskeyAdded(logger, account.Subject, caller.Address);
        await notices.PostAsync(mail);
        return PasskeyMistake.None;
    }

    /// <returns>False when the account has no such passkey.</returns>
    public async Task<bool> RenameAsync(int accountId, string id, string name, CancellationToken cancellationToken) => await store.WriteAsync(
        db => db.Passkeys.Where(row => row.CredentialId == id && row.AccountId == accountId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, name), cancellationToken), cancellationToken, LostAnswer.Repeat) == 1;

    /// <summary>Takes a passkey away, unless it is the account's last way to sign in. What was signed in by it is not known, so all that the account had open ends.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="id">Its credential identifier, base64url.</param>
    /// <param name="keep">The session that stays.</param>
    /// <param name="caller">From where.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns><see cref="PasskeyMistake.LastOne"/> where it is the last way in, <see cref="PasskeyMistake.Refused"/> where the account has no such passkey.</returns>
    public async Task<PasskeyMistake> RemoveAsync(Account account, string id, KeptSession keep, Caller caller, CancellationToken cancellationToken)
    {
        OutboxMailRow? mail = null;
        var mistake = await store.TransactAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                // Holds back whoever takes away another way in of the same account, so that two at once cannot take both.
                await db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, now), cancellationToken);
                var mine = db.Passkeys.Where(row => row.CredentialId == id && row.AccountId == account.Id);
                if (await mine.Select(row => row.Name).SingleOrDefaultAsync(cancellationToken) is not { } name)
                {
                    return (false, PasskeyMistake.Refused);
                }

                await mine.ExecuteDeleteAsync(cancellationToken);
                if (!await WaysIn.AnyAsync(db, account.Id, cancellationToken))
                {
                    return (false, PasskeyMistake.LastOne);
                }

                await Credentials.EndEverythingAsync(db, account.Id, now, cancellationToken, keep);
                mail = notices.Seal(account, new(Words.Key("A passkey was removed"), Words.Key("The passkey “{0}” was removed from your account. Everything that was signed in elsewhere has ended."), name), caller);
                if (mail is not null)
                {
                    db.Add(mail);
                    await db.SaveChangesAsync(cancellationToken);
                }

                return (true, PasskeyMistake.None);
            },
            cancellationToken);
        if (mistake is PasskeyMistake.None)
        {
            AuditLog.PasskeyRemoved(logger, account.Subject, caller.Address);
            AuditLog.SessionsEnded(logger, account.Subject);
            await notices.PostAsync(mail);
        }

        return mistake;
    }

    /// <summary>
    /// Keeps what an authenticator counts, WebAuthn §6.1.1. One that counts must have come further than it ever was here, which one
    /// statement decides: else there is a second one with the same key, and neither is let in.
    /// </summary>
    /// <param name="account">Whose.</param>
    /// <param name="passkey">As its answer says it is now; the signature was verified.</param>
    /// <param name="caller">From where.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<RefusalReason> CountAsync(Account account, UserPasskeyInfo passkey, Caller caller, CancellationToken cancellationToken)
    {
        var (id, count, backedUp, now) = (Base64Url.EncodeToString(passkey.CredentialId), (long)passkey.SignCount, passkey.IsBackedUp, clock.GetUtcNow());
        if (await store.WriteAsync(
                db => db.Passkeys.Where(row => row.CredentialId == id && row.AccountId == account.Id && (row.SignCount < count || (row.SignCount == 0 && count == 0)))
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.SignCount, count).SetProperty(row => row.BackedUp, backedUp).SetProperty(row => row.UsedAt, now), cancellationToken),
                cancellationToken) == 1)
        {
            return RefusalReason.None;
        }

        if (await store.ReadAsync(db => db.Passkeys.AsNoTracking().SingleOrDefaultAsync(row => row.CredentialId == id && row.AccountId == account.Id, cancellationToken), cancellationToken) is not { } row)
        {
            // Removed a moment ago.
            return RefusalReason.WrongPasskey;
        }

        AuditLog.PasskeyCopied(logger, account.Subject, caller.Address);
        await notices.TellAsync(
            account, new(Words.Key("A passkey was refused"), Words.Key("Somebody signed in with the passkey “{0}”, and it was refused: it looks as if there were a copy of it. Please remove this passkey from your account and make a new one."), row.Name), caller, cancellationToken);
        return RefusalReason.CopiedPasskey;
    }

    // The session's public name: a challenge goes with the session and not only with the browser, for another person may sign in there.
    private static string Owner(SessionRow session) => $"session {session.Sid}";

    // WebAuthn §5.8.4 has a list that grows; they are words in any case.
    private static bool IsWord(string? transport) => transport is { Length: > 0 and <= 16 } && transport.All(c => char.IsAsciiLetterLower(c) || c == '-');
}

/// <summary>Why nothing was changed.</summary>
internal enum PasskeyMistake
{
    None = 0,

    /// <summary>The page was open for too long, or its form was sent before.</summary>
    DeadChallenge,

    /// <summary>The browser's answer is not one to what was asked, or the passkey is somebody's already, or the account has enough.</summary>
    Refused,

    /// <summary>Without it nobody could sign in any more.</summary>
    LastOne,
}
