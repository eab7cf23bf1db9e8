using System.Text.RegularExpressions;

namespace Identity.Tests.Support;

/// <summary>Reads the mail that the server wrote.</summary>
internal static partial class Mailbox
{
    /// <summary>The code in a mail that is not among those already read; null when none came.</summary>
    public static string? NewCode(this IdentityHost host, HashSet<string> read)
    {
        string? code = null;
        foreach (var mail in Directory.EnumerateFiles(host.MailFolder, "*.eml").Where(read.Add))
        {
            code = Code().Match(File.ReadAllText(mail)).Groups[1].Value;
        }

        return code;
    }

    /// <summary>The code in the newest mail to a mailbox, in whichever language it is.</summary>
    public static string CodeFor(this IdentityHost host, string mailbox)
    {
        var mail = Directory.EnumerateFiles(host.MailFolder, "*.eml").OrderByDescending(File.GetLastWriteTimeUtc).Select(File.ReadAllText)
            .First(mail => string.Equals(Recipient().Match(mail).Groups["mailbox"].Value, mailbox, StringComparison.OrdinalIgnoreCase));
        return Encoded().Matches(mail).Select(part => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(part.Value))).Prepend(mail[mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)..])
            .Select(part => SixDigits().Match(part)).First(code => code.Success).Value;
    }

    /// <summary>What stands in the mails to a mailbox, subject first, oldest first; as far as it is plain ASCII.</summary>
    public static IReadOnlyList<string> MailsTo(this IdentityHost host, string mailbox) => Directory.Exists(host.MailFolder)
        ? [.. Directory.EnumerateFiles(host.MailFolder, "*.eml").OrderBy(File.GetLastWriteTimeUtc).Select(File.ReadAllText).Where(mail => string.Equals(Recipient().Match(mail).Groups["mailbox"].Value, mailbox, StringComparison.OrdinalIgnoreCase))]
        : [];

    /// <summary>Every recipient so far, in no order.</summary>
    public static IEnumerable<string> Recipients(this IdentityHost host) =>
        Directory.EnumerateFiles(host.MailFolder, "*.eml").Select(mail => Recipient().Match(File.ReadAllText(mail)).Groups["mailbox"].Value);

    [GeneratedRegex(@"Your code is (\d{6})")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w-])\d{6}(?![\w-])")]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"(?<=\r\n\r\n)(?:[A-Za-z0-9+/]+={0,2}\r\n)+")]
    private static partial Regex Encoded();

    [GeneratedRegex("^X-Receiver: (?<mailbox>.*?)\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Recipient();
}
