using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace Identity.Server.Mail;

/// <summary>A mail with a code, before it has words.</summary>
/// <param name="To">The mailbox.</param>
/// <param name="Code">The code.</param>
/// <param name="Language"><c>zh-CN</c> or <c>en</c>; null when nobody said which: then the mail speaks both.</param>
internal sealed record Letter(string To, string Code, string? Language)
{
    private const string Chinese = "zh-CN";
    private const string English = "en";

    public MailMessage Write(string from)
    {
        var chinese = Language is Chinese;
        var message = new MailMessage(from, To)
        {
            Subject = chinese ? $"您的验证码：{Code}" : $"{Code} is your code",
            SubjectEncoding = chinese ? Encoding.UTF8 : Encoding.ASCII,
            Body = Text(chinese ? Chinese : English, "txt"),
            BodyEncoding = chinese ? Encoding.UTF8 : Encoding.ASCII,
            // Plain ASCII where the language allows it, so that the code can be read in the file as it lies there.
            BodyTransferEncoding = chinese ? TransferEncoding.Base64 : TransferEncoding.SevenBit,
        };
        var html = Language is null ? Text(Chinese, "html") + Text(English, "html") : Text(Language, "html");
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(html, Encoding.UTF8, MediaTypeNames.Text.Html));
        return message;
    }

    // The code is six digits, so no markup can come with it. RFC 5322 §2.1: lines end in CR LF.
    private string Text(string language, string kind)
    {
        using var stream = typeof(Letter).Assembly.GetManifestResourceStream($"mail.code.{language}.{kind}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\r\n").Replace("{code}", Code, StringComparison.Ordinal);
    }

    // The generated one would print mailbox and code.
    public override string ToString() => nameof(Letter);
}
