using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Mail;

namespace Identity.Server.Accounts;

/// <summary>
/// Important changes of an account are told to its mailbox. <see cref="Seal"/> within the transaction of the change, so that neither
/// is there without the other; <see cref="Outbox.PostAsync"/> once it is committed.
/// </summary>
internal sealed class Notices(IdentityStore store, Outbox outbox, Letters letters, TimeProvider clock)
{
    /// <summary>After that long nobody is helped by hearing of it.</summary>
    private static readonly TimeSpan Use = TimeSpan.FromDays(3);

    /// <summary>A row for the transaction, in the account's language or else the caller's; null where the account has no mailbox.</summary>
    /// <param name="account">Whose it is, as it was before the change.</param>
    /// <param name="notice">What happened.</param>
    /// <param name="caller">From where it was done.</param>
    /// <param name="mailbox">Another mailbox than the account's, such as the new one.</param>
    public OutboxMailRow? Seal(Account account, Notice notice, Caller caller, string? mailbox = null) =>
        (mailbox ?? (account.EmailConfirmed ? account.Email : null)) is { } to && MailTransport.Reaches(to)
            ? outbox.Seal(letters.Notice(to, notice.Subject, notice.Sentence, notice.Values, clock.GetUtcNow(), caller.Address, caller.Issuer, account.Locale ?? caller.Languages), Use)
            : null;

    /// <summary>The same for what an operator did by the command line.</summary>
    public OutboxMailRow? SealForOperator(Account account, Notice notice) =>
        account is { EmailConfirmed: true, Email: { } to } && MailTransport.Reaches(to)
            ? outbox.Seal(letters.OperatorsNotice(to, notice.Subject, notice.Sentence, notice.Values, clock.GetUtcNow(), account.Locale), Use)
            : null;

    /// <summary>For a change that is committed already, such as one of another room: the mail has its own commit.</summary>
    public async Task TellAsync(Account account, Notice notice, Caller caller, CancellationToken cancellationToken)
    {
        if (Seal(account, notice, caller) is { } mail)
        {
            await store.WriteAsync(
                db =>
                {
                    db.Add(mail);
                    return db.SaveChangesAsync(cancellationToken);
                },
                cancellationToken);
            await outbox.PostAsync(mail);
        }
    }

    /// <summary>For a change that has no transaction of its own any more.</summary>
    public Task PostAsync(OutboxMailRow? mail) => mail is null ? Task.CompletedTask : outbox.PostAsync(mail);
}

/// <summary>What happened, as sentences marked by <c>Words.Key</c>.</summary>
/// <param name="Subject">Of the mail.</param>
/// <param name="Sentence">What happened, with places for the values.</param>
/// <param name="Values">What stands in them.</param>
internal sealed record Notice(string Subject, string Sentence, params object?[] Values);
