using System.Globalization;
using System.Security.Cryptography;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Server.Mail;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>
/// Six digits by mail that prove who reads a mailbox. At rest a MAC of purpose, mailbox and code; ten minutes; five
/// tries, each charged before it is compared; one use.
/// </summary>
internal sealed partial class EmailCodes(IdentityStore store, RootKeys roots, Throttle throttle, Outbox outbox, Letters letters, AccountsOptions options, TimeProvider clock, ILogger<EmailCodes> logger)
{
    public const string ForRegistration = "register";

    private const int MaxTries = 5;
    private const int MaxSentPerDay = 10;
    private const int MaxWrongPerDay = 20;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ThrottleRule perAddress = new("codes", options.Throttle.CodesPerAddressAndHour, TimeSpan.FromHours(1));

    /// <summary>Whether the text is a mailbox that mail can be addressed to.</summary>
    public static bool CanSendTo(string mailbox) => SignInName.OfEmail(mailbox) is { } name && MailTransport.Reaches(name.Normal);

    /// <summary>Sends a fresh code, which replaces an older one, if the limits of mailbox and address allow it. The caller is told nothing.</summary>
    /// <param name="purpose">What it proves the mailbox for; limits are counted for each.</param>
    /// <param name="mailbox">Where to.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="instead">What the mailbox's owner is to read in place of a code, where none is to be had: everything else happens as with one.</param>
    /// <param name="boundTo">Who alone may use it; empty for whoever has it.</param>
    public async Task SendAsync(string purpose, string mailbox, Caller caller, CancellationToken cancellationToken, Letter? instead = null, string boundTo = "")
    {
        if (SignInName.OfEmail(mailbox) is not { } name || !MailTransport.Reaches(name.Normal))
        {
            return;
        }

        var (receipt, _) = await throttle.ChargeAsync([new(perAddress, caller.Network)], cancellationToken);
        if (receipt is null)
        {
            Withheld(caller.Address);
            return;
        }

        // Every send counts against the address, whatever comes of it.
        await throttle.KeepAsync(receipt);
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        // To the normal form and not as it was written: the code proves the mailbox that the account will have, and a
        // look-alike in other letters may be somebody else's.
        var mail = outbox.Seal(instead ?? letters.Code(name.Normal, code, caller.Languages), Lifetime);
        // Nobody can type what is no code.
        if (await StoreAsync(purpose, name.Normal, Mac(purpose, boundTo, name.Normal, instead is null ? code : "none"), mail, cancellationToken))
        {
            await outbox.PostAsync(mail);
        }
        else
        {
            Withheld(caller.Address);
        }
    }

    /// <summary>True once for the right code.</summary>
    public async Task<bool> UseAsync(string purpose, string mailbox, string code, CancellationToken cancellationToken, string boundTo = "")
    {
        if (SignInName.OfEmail(mailbox) is not { } name || code.Length != 6 || !code.All(char.IsAsciiDigit))
        {
            return false;
        }

        var (key, mac) = (Key(purpose, name.Normal), Mac(purpose, boundTo, name.Normal, code));
        var now = clock.GetUtcNow();
        return await store.TransactAsync(
            async db =>
            {
                // The try is charged first: whoever guesses in parallel still has five of them together.
                var charged = await db.EmailCodes
                    .Where(row => row.Key == key && row.UsedAt == null && row.ExpiresAt > now && row.Tries < MaxTries && (row.Day != Day(now) || row.WrongToday < MaxWrongPerDay))
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(row => row.Tries, row => row.Tries + 1)
                            .SetProperty(row => row.WrongToday, row => row.Day == Day(now) ? row.WrongToday + 1 : 1)
                            .SetProperty(row => row.SentToday, row => row.Day == Day(now) ? row.SentToday : 0)
                            .SetProperty(row => row.Day, Day(now)),
                        cancellationToken);
                var used = charged == 1 && await db.EmailCodes
                    .Where(row => row.Key == key && row.CodeMac == mac && row.UsedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now).SetProperty(row => row.WrongToday, row => row.WrongToday - 1), cancellationToken) == 1;
                return (true, used);
            },
            cancellationToken);
    }

    // The code and its mail in one commit: neither is there without the other.
    private Task<bool> StoreAsync(string purpose, string mailbox, string mac, OutboxMailRow mail, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (key, day) = (Key(purpose, mailbox), Day(now));
        var (sent, expires, latest) = (now.ToUnixTimeMilliseconds(), (now + Lifetime).ToUnixTimeMilliseconds(), (now - Interval).ToUnixTimeMilliseconds());
        return store.TransactAsync(
            async db =>
            {
                var stored = await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO email_codes (key, code_mac, sent_at, expires_at, tries, used_at, day, sent_today, wrong_today)
                    VALUES ({key}, {mac}, {sent}, {expires}, 0, NULL, {day}, 1, 0)
                    ON CONFLICT (key) DO UPDATE SET code_mac = excluded.code_mac, sent_at = excluded.sent_at, expires_at = excluded.expires_at, tries = 0, used_at = NULL,
                        sent_today = CASE WHEN email_codes.day = excluded.day THEN email_codes.sent_today + 1 ELSE 1 END,
                        wrong_today = CASE WHEN email_codes.day = excluded.day THEN email_codes.wrong_today ELSE 0 END,
                        day = excluded.day
                    WHERE email_codes.sent_at <= {latest} AND (email_codes.day <> excluded.day OR (email_codes.sent_today < {MaxSentPerDay} AND email_codes.wrong_today < {MaxWrongPerDay}))
                    """,
                    cancellationToken) == 1;
                if (stored)
                {
                    db.Add(mail);
                    await db.SaveChangesAsync(cancellationToken);
                }

                return (stored, stored);
            },
            cancellationToken);
    }

    private string Key(string purpose, string mailbox) => roots.Lookup("mailbox", $"{purpose}\n{mailbox}");

    private string Mac(string purpose, string boundTo, string mailbox, string code) => roots.Lookup("e-mail code", $"{(boundTo.Length == 0 ? purpose : $"{purpose}\t{boundTo}")}\n{mailbox}\n{code}");

    private static long Day(DateTimeOffset now) => now.ToUnixTimeSeconds() / 86_400;

    [LoggerMessage(2040, LogLevel.Information, "A code by mail asked for from {Address} was withheld: a limit is reached")]
    private partial void Withheld(string address);
}
