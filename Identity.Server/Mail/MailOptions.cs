using System.Net.Mail;

namespace Identity.Server.Mail;

/// <summary>Section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary><c>Pickup</c> (default: files in a folder) or <c>Smtp</c>.</summary>
    public MailTransportKind Transport { get; set; }

    /// <summary>Folder for <c>.eml</c> files. Default <c>mail</c> in the working directory.</summary>
    public string PickupDirectory { get; set; } = "mail";

    /// <summary>Sender of every mail. Default <c>no-reply@localhost</c>.</summary>
    public string From { get; set; } = "no-reply@localhost";

    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>The deadline, and a while for whoever took a mail and is slow to say so.</summary>
    internal TimeSpan Lease => Smtp.Deadline + TimeSpan.FromMinutes(1);

    public IEnumerable<string> Mistakes()
    {
        if (!MailAddress.TryCreate(From, out _))
        {
            yield return "From must be a mailbox.";
        }

        if (Transport == MailTransportKind.Smtp && string.IsNullOrWhiteSpace(Smtp.Host))
        {
            yield return "Smtp:Host is missing.";
        }

        if (Smtp.Port is < 1 or > 65535)
        {
            yield return "Smtp:Port must be between 1 and 65535.";
        }

        if (Smtp.Deadline < TimeSpan.FromSeconds(1) || Smtp.Deadline > TimeSpan.FromMinutes(5))
        {
            yield return "Smtp:Deadline must be between one second and five minutes.";
        }
    }
}

internal enum MailTransportKind
{
    Pickup,
    Smtp,
}

/// <summary>Section <c>Mail:Smtp</c>.</summary>
internal sealed class SmtpOptions
{
    /// <summary>Name or address of the mail server.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary>STARTTLS. Default true.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>Who signs in there (RFC 4954); none sends without.</summary>
    public string? UserName { get; set; }

    /// <summary>Its password.</summary>
    public string? Password { get; set; }

    /// <summary>How long one mail may take. Default 15 seconds.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(15);
}
