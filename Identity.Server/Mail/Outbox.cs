using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Mail;

/// <summary>
/// Mail between the request that wants it and the server that takes it. A mail is written in the commit of what it is about,
/// sealed by the master key, so that a copied database shows no code; each attempt is leased by one conditional statement, so
/// that every node may deliver.
/// </summary>
internal sealed partial class Outbox(IdentityStore store, MasterKey master, MailTransport transport, MailOptions options, Telemetry telemetry, TimeProvider clock, ILogger<Outbox> logger)
{
    private const string Purpose = "outbox mail";
    private const int Batch = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Channel<bool> calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A row for the transaction of what the mail is about.</summary>
    /// <param name="letter">The mail.</param>
    /// <param name="use">How long it is of use to its reader; later it is not sent any more.</param>
    public OutboxMailRow Seal(Letter letter, TimeSpan use)
    {
        var now = clock.GetUtcNow();
        return new OutboxMailRow
        {
            Id = new Guid(RandomNumberGenerator.GetBytes(16)),
            Sealed = master.Wrap(Purpose, JsonSerializer.SerializeToUtf8Bytes(letter)),
            CreatedAt = now,
            // What is only a file is delivered by whoever wrote it: it is leased from the start.
            DueAt = transport.IsLocal ? now + options.Lease : now,
            ExpiresAt = now + use,
            State = OutboxMailRow.Waiting,
        };
    }

    /// <summary>Once the row is committed: into the folder at once, or a call for the job, which the request does not wait for.</summary>
    public async Task PostAsync(OutboxMailRow row)
    {
        if (transport.IsLocal)
        {
            await SendAsync(row, CancellationToken.None);
        }
        else
        {
            calls.Writer.TryWrite(true);
        }
    }

    /// <summary>Ends when a mail was posted.</summary>
    public async Task CalledAsync(CancellationToken cancellationToken) => await calls.Reader.ReadAsync(cancellationToken);

    /// <summary>Tries everything that is due now.</summary>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken) is { Count: > 0 } taken)
        {
            // Side by side: one that hangs must not hold up the others.
            await Task.WhenAll(taken.Select(row => SendAsync(row, cancellationToken)));
        }
    }

    private async Task<IReadOnlyList<OutboxMailRow>> TakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await store.ReadAsync(
            db => db.OutboxMails.AsNoTracking().Where(row => row.State == OutboxMailRow.Waiting && row.DueAt <= now).OrderBy(row => row.DueAt).Take(Batch).ToListAsync(cancellationToken), cancellationToken);
        var taken = new List<OutboxMailRow>();
        foreach (var row in due)
        {
            var until = now + options.Lease;
            // The lease: rows affected is the verdict.
            if (await store.WriteAsync(
                db => db.OutboxMails.Where(one => one.Id == row.Id && one.State == OutboxMailRow.Waiting && one.DueAt == row.DueAt)
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.DueAt, until).SetProperty(one => one.Attempts, one => one.Attempts + 1), cancellationToken),
                cancellationToken) == 1)
            {
                taken.Add(row);
            }
        }

        return taken;
    }

    private async Task SendAsync(OutboxMailRow row, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("mail");
        var delivery = clock.GetUtcNow() >= row.ExpiresAt
            ? new Delivery("Expired", Final: true)
            : Open(row) is { } letter ? await transport.SendAsync(row.Id, letter, cancellationToken) : new Delivery("Unreadable", Final: true);
        // Not the token: a mail that left must not be sent again, and one that a stop broke off is for the next node at once, not when the lease ends.
        await SettleAsync(row, delivery);
    }

    private async Task SettleAsync(OutboxMailRow row, Delivery delivery)
    {
        var now = clock.GetUtcNow();
        var attempts = row.Attempts + 1;
        var next = now + Pause(attempts);
        var (outcome, final) = delivery switch
        {
            { Failure: null } => ("sent", false),
            { Final: true } => ("given_up", true),
            _ => next < row.ExpiresAt ? ("later", false) : ("given_up", true),
        };
        telemetry.Mails.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        await store.WriteAsync(
            db =>
            {
                var rows = db.OutboxMails.Where(one => one.Id == row.Id);
                return delivery.Failure is not { } why
                    ? rows.ExecuteDeleteAsync(CancellationToken.None)
                    : final
                        ? rows.ExecuteUpdateAsync(set => set.SetProperty(one => one.State, OutboxMailRow.GivenUp).SetProperty(one => one.Sealed, Array.Empty<byte>()).SetProperty(one => one.Failure, why).SetProperty(one => one.DueAt, now), CancellationToken.None)
                        : rows.ExecuteUpdateAsync(set => set.SetProperty(one => one.DueAt, next).SetProperty(one => one.Failure, why), CancellationToken.None);
            },
            CancellationToken.None);
        if (final)
        {
            GivenUp(row.Id, attempts, delivery.Failure!);
        }
    }

    // 5 s, 15 s, 45 s, 2 min ...: greylisting servers want a few minutes, a person waits for less.
    private static TimeSpan Pause(int attempts)
    {
        var pause = TimeSpan.FromSeconds(5 * Math.Pow(3, Math.Min(attempts, 10) - 1));
        return pause < LongestPause ? pause : LongestPause;
    }

    private Letter? Open(OutboxMailRow row)
    {
        try
        {
            return JsonSerializer.Deserialize<Letter>(master.Unwrap(Purpose, row.Sealed));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [LoggerMessage(1403, LogLevel.Error, "Mail {Id} was given up after {Attempts} attempts: {Failure}")]
    private partial void GivenUp(Guid id, int attempts, string failure);
}
