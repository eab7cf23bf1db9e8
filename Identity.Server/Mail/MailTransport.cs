using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Identity.Server.Hosting;

namespace Identity.Server.Mail;

/// <summary>Sends mail, into a folder or by SMTP; both are deliveries of the framework's own client. A failure is logged and not told, because who may be told is the caller's business.</summary>
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

    public async Task SendCodeAsync(string mailbox, string code, CancellationToken cancellationToken)
    {
        using var message = CodeMessage(mailbox, code);
        using var client = CreateClient();
        // The client's own Timeout does not bind the asynchronous call.
        using var deadline = new CancellationTokenSource(options.Smtp.Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await client.SendMailAsync(message, either.Token);
        }
        catch (Exception failure) when (failure is SmtpException or IOException or OperationCanceledException)
        {
            Failed(failure.GetType().Name, (failure as SmtpException)?.StatusCode);
        }
    }

    private MailMessage CodeMessage(string mailbox, string code)
    {
        var message = new MailMessage(options.From, mailbox)
        {
            Subject = $"{code} is your code",
            SubjectEncoding = Encoding.ASCII,
            // Plain ASCII, so that the code can be read in the file as it lies there.
            Body = $"Your code is {code}\r\n\r\nIt is good for ten minutes and for one use. If you did not ask for it, ignore this mail.\r\n",
            BodyEncoding = Encoding.ASCII,
            BodyTransferEncoding = TransferEncoding.SevenBit,
        };
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(
            $"<p lang=\"zh-CN\">您的验证码是 <b>{code}</b>，十分钟内有效，仅可使用一次。如非本人操作，请忽略此邮件。</p><p lang=\"en\">Your code is <b>{code}</b>. It is good for ten minutes and for one use. If you did not ask for it, ignore this mail.</p>",
            Encoding.UTF8,
            MediaTypeNames.Text.Html));
        return message;
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

    [LoggerMessage(1402, LogLevel.Error, "A mail could not be sent: {Failure} {Status}")]
    private partial void Failed(string failure, SmtpStatusCode? status);
}
