using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;

namespace Identity.Server.Mail;

/// <summary>A mail as its reader gets it, in one language or, where nobody said which, in all of ours.</summary>
/// <param name="To">The mailbox.</param>
/// <param name="Subject">In the language of the last text.</param>
/// <param name="Brand">Who writes.</param>
/// <param name="Texts">The same in each language. The last is also the plain text, so that a code can be read in the file as it lies there.</param>
internal sealed record Letter(string To, string Subject, string Brand, IReadOnlyList<LetterText> Texts)
{
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);

    public MailMessage Write(string from)
    {
        var plain = string.Join("\r\n\r\n", Texts[^1].Plain) + "\r\n";
        var ascii = Ascii.IsValid(plain);
        var message = new MailMessage(Sender(from), new MailAddress(To))
        {
            Subject = Subject,
            SubjectEncoding = Ascii.IsValid(Subject) ? Encoding.ASCII : Encoding.UTF8,
            Body = plain,
            BodyEncoding = ascii ? Encoding.ASCII : Encoding.UTF8,
            BodyTransferEncoding = ascii ? TransferEncoding.SevenBit : TransferEncoding.Base64,
        };
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(Page(), Encoding.UTF8, MediaTypeNames.Text.Html));
        return message;
    }

    // Mail programs know styles of elements and little else.
    private string Page()
    {
        var page = new StringBuilder($"""<!doctype html><html lang="{Texts[^1].Language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{Html.Encode(Subject)}</title></head>""");
        page.Append(CultureInfo.InvariantCulture, $"""<body style="margin:0;padding:24px;font:16px/1.6 system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"><div style="max-width:32em;margin:0 auto"><p style="font-weight:600">{Html.Encode(Brand)}</p>""");
        foreach (var text in Texts)
        {
            // A line between two languages, grey enough for light and dark.
            var rule = ReferenceEquals(text, Texts[0]) ? "" : ";padding-top:8px;border-top:1px solid #888888";
            page.Append(CultureInfo.InvariantCulture, $"""<div lang="{text.Language}" style="margin-top:24px{rule}"><p>{Html.Encode(text.Lead)}</p>""");
            if (text.Code is { } code)
            {
                page.Append(CultureInfo.InvariantCulture, $"""<p style="font:600 28px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px">{Html.Encode(code)}</p>""");
            }

            foreach (var line in text.Lines)
            {
                page.Append(CultureInfo.InvariantCulture, $"<p>{Html.Encode(line)}</p>");
            }

            if (text.Link is { } link)
            {
                page.Append(CultureInfo.InvariantCulture, $"""<p><a href="{Html.Encode(link)}">{Html.Encode(link)}</a></p>""");
            }

            page.Append("</div>");
        }

        return page.Append("</div></body></html>").ToString();
    }

    private MailAddress Sender(string from) => new MailAddress(from) is { DisplayName.Length: 0 } bare ? new(bare.Address, Brand, Encoding.UTF8) : new(from);

    // The generated one would print mailbox and code.
    public override string ToString() => nameof(Letter);
}

/// <param name="Language">Its tag.</param>
/// <param name="Lead">What it is about, in one sentence.</param>
/// <param name="Lines">The rest, each a paragraph.</param>
/// <param name="Code">Set off from the text where the mail can show that; <paramref name="PlainLead"/> has it otherwise.</param>
/// <param name="Link">Where to go.</param>
/// <param name="PlainLead">The lead of the plain text, where it differs.</param>
internal sealed record LetterText(string Language, string Lead, IReadOnlyList<string> Lines, string? Code = null, string? Link = null, string? PlainLead = null)
{
    public IEnumerable<string> Plain => [PlainLead ?? Lead, .. Lines, .. Link is null ? Array.Empty<string>() : [Link]];

    public override string ToString() => nameof(LetterText);
}
