using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Security.Authentication;
using System.Text;
using Identity.Server.Hosting;

namespace Identity.Server.Mail;

/// <summary>Sends mail, into a folder or by SMTP; both are deliveries of the framework's own client. What fails is tried again by the outbox.</summary>
internal sealed partial class MailTransport(MailOptions options, TimeProvider clock, ILogger<MailTransport> logger)
{
    private readonly string folder = Path.GetFullPath(options.PickupDirectory);

    /// <summary>Whether mail can be addressed so: ASCII before the @ (we do not speak RFC 6531), a name that the DNS can hold after it.</summary>
    public static bool Reaches(string mailbox)
    {
        if (!MailAddress.TryCreate(mailbox, out var address) || !Ascii.IsValid(address.User))
        {
            return false;
        }

        try
        {
            _ = new IdnMapping().GetAscii(address.Host);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether sending is no more than writing a file, which nobody need wait for.</summary>
    public bool IsLocal => options.Transport == MailTransportKind.Pickup;

    /// <summary>Makes the folder and says where it is.</summary>
    public void Prepare()
    {
        if (options.Transport == MailTransportKind.Pickup)
        {
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
            {
                throw new SettingsException($"Mail:PickupDirectory: {folder} cannot be made.", mistake);
            }

            Folder(folder);
        }
    }

    /// <summary>Tries once. The deadline binds every step of the talk with the server.</summary>
    public async Task<Delivery> SendAsync(Guid id, Letter letter, CancellationToken cancellationToken)
    {
        using var message = letter.Write(options.From);
        // The same for every attempt, so that a mail that arrives twice is known as one.
        message.Headers["Message-ID"] = $"<{id:N}@{message.From!.Host}>";
        using var client = CreateClient();
        // The client's own Timeout does not bind the asynchronous call.
        using var deadline = new CancellationTokenSource(options.Smtp.Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await client.SendMailAsync(message, either.Token);
            return Delivery.Sent;
        }
        catch (Exception failure) when (failure is SmtpException or IOException or UnauthorizedAccessException or AuthenticationException or OperationCanceledException)
        {
            // Not its text: servers repeat the mailbox in it.
            var status = (failure as SmtpException)?.StatusCode;
            var why = deadline.IsCancellationRequested ? "Deadline" : status is null or SmtpStatusCode.GeneralFailure ? (failure.InnerException ?? failure).GetType().Name : status.ToString()!;
            Failed(why);
            // RFC 5321 §4.2.1: a 5yz answer about the recipient stays one. What the server says of us (authentication, TLS) the operator can mend.
            return new(why, Final: failure is SmtpFailedRecipientException { StatusCode: >= (SmtpStatusCode)500 });
        }
    }

    private SmtpClient CreateClient() => options.Transport == MailTransportKind.Pickup
        ? new() { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = folder }
        : new(options.Smtp.Host, options.Smtp.Port)
        {
            EnableSsl = options.Smtp.StartTls,
            Credentials = options.Smtp.UserName is { Length: > 0 } user ? new NetworkCredential(user, options.Smtp.Password) : null,
        };

    [LoggerMessage(1401, LogLevel.Information, "Mail is written into {Folder}")]
    private partial void Folder(string folder);

    [LoggerMessage(1402, LogLevel.Warning, "A mail could not be sent: {Failure}")]
    private partial void Failed(string failure);
}

/// <summary>What became of an attempt.</summary>
/// <param name="Failure">Null: it left. Otherwise the kind of failure, without the mailbox.</param>
/// <param name="Final">Whether another attempt could change nothing.</param>
internal readonly record struct Delivery(string? Failure, bool Final)
{
    public static Delivery Sent { get; }
}
