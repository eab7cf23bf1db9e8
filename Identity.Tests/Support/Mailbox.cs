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

    /// <summary>Every recipient so far, in no order.</summary>
    public static IEnumerable<string> Recipients(this IdentityHost host) =>
        Directory.EnumerateFiles(host.MailFolder, "*.eml").Select(mail => Recipient().Match(File.ReadAllText(mail)).Groups["mailbox"].Value);

    [GeneratedRegex(@"Your code is (\d{6})")]
    private static partial Regex Code();

    [GeneratedRegex("^X-Receiver: (?<mailbox>.*?)\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Recipient();
}
