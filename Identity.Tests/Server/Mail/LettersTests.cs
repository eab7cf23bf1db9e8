using System.Net.Mail;
using System.Reflection;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Mail;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Mail;

/// <summary>Every mail that there is, by the methods of <see cref="Letters"/> and the notices of the source, in every language and in all at once.</summary>
public sealed partial class LettersTests
{
    // RFC 5322 §2.1.1 wants lines of at most 78; phones show about half of that.
    private const int MaxSubject = 60;

    private static readonly string[] Languages = [.. SupportedLanguages.Tags, "xx"];

    public static TheoryData<string, string> Mails => [.. Names.SelectMany(name => Languages.Select(language => (name, language)))];

    private static IEnumerable<string> Names => typeof(Letters).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name).Where(name => name is not "Notice" and not "OperatorsNotice")
        .Concat(Notices.Keys);

    // A subject and a sentence, as they stand in the source.
    private static Dictionary<string, string> Notices { get; } = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Identity.Server"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => OfNotice().Matches(File.ReadAllText(file))).GroupBy(match => match.Groups["subject"].Value, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last().Groups["sentence"].Value, StringComparer.Ordinal);

    [Fact]
    public void The_notices_of_the_source_are_found() => Assert.Superset(
        new HashSet<string>(["Your password was changed", "Two-step verification was turned off", "Two-step verification was turned on", "An API key was made", "A passkey was added", "A linked account was removed", "Your e-mail address was changed"], StringComparer.Ordinal),
        Notices.Keys.ToHashSet(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Mails))]
    public void A_mail_has_text_and_page_a_short_subject_and_nothing_from_elsewhere(string name, string language)
    {
        var letter = Of(name, language);
        using var message = letter.Write("id@example.com");
        Assert.InRange(message.Subject.Length, 4, MaxSubject);
        Assert.DoesNotContain(message.Subject, char.IsControl);
        Assert.Equal("CloudMind Identity", message.From!.DisplayName);
        using var reader = new StreamReader(Assert.Single(message.AlternateViews).ContentStream);
        var html = reader.ReadToEnd();
        Keep($"{name}-{language}", html);
        Assert.Equal("text/html", message.AlternateViews[0].ContentType.MediaType);

        // Nothing is fetched and nothing runs: no pixel tells anybody that it was read.
        var page = new HtmlParser().ParseDocument(html);
        Assert.Empty(page.QuerySelectorAll("img, script, link, iframe, object, embed, form, video, audio, svg, base, meta[http-equiv]"));
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(page.QuerySelectorAll("[src], [background], [srcset]"), _ => Assert.Fail("Something is fetched."));
        Assert.All(page.QuerySelectorAll("a"), link => Assert.StartsWith("https://id.example/", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Equal(language is "xx" ? "en" : language, page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(language is "xx" ? SupportedLanguages.Tags.Count : 1, page.QuerySelectorAll("div[lang]").Length);

        // Whoever reads the text alone reads the same.
        var last = page.QuerySelectorAll("div[lang]")[^1];
        Assert.All(last.QuerySelectorAll("p"), line => Assert.Contains(line.TextContent, message.Body.Replace(" is 123456", " is\n123456", StringComparison.Ordinal).Replace("是123456", "是\n123456", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.DoesNotContain("{0}", message.Body + html + message.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_wrote_is_text_in_it_and_breaks_no_header()
    {
        var letter = new Letters(new BrandOptions { Name = "<b>A & B</b>" }).Notice("a@example.com", "Your e-mail address was changed", "The e-mail address of your account is now {0}.", ["<img src=x>@example.com"], Instant, "192.0.2.1", "https://id.example", "en");
        using var message = letter.Write("id@example.com");
        using var reader = new StreamReader(message.AlternateViews[0].ContentStream);
        var page = new HtmlParser().ParseDocument(reader.ReadToEnd());
        Assert.Empty(page.QuerySelectorAll("img, b"));
        Assert.Contains("<img src=x>@example.com", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.ThrowsAny<FormatException>(() => (letter with { To = "a@example.com\r\nBcc: b@example.com" }).Write("id@example.com"));
    }

    private static readonly DateTimeOffset Instant = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static Letter Of(string name, string language)
    {
        var letters = new Letters(new BrandOptions());
        return Notices.TryGetValue(name, out var sentence)
            ? name is "Two-step verification was turned off" && language is "zh-CN"
                ? letters.OperatorsNotice("someone@example.com", name, sentence, ["QQ"], Instant, language)
                : letters.Notice("someone@example.com", name, sentence, ["QQ"], Instant, "2001:db8::1", "https://id.example", language)
            : (Letter)typeof(Letters).GetMethod(name)!.Invoke(letters, [.. typeof(Letters).GetMethod(name)!.GetParameters().Select(parameter => (object?)(parameter.Name switch
            {
                "to" => "someone@example.com",
                "code" => "123456",
                "issuer" => "https://id.example",
                "at" => Instant,
                "address" => "2001:db8::1",
                "languages" => language,
                var unknown => throw new InvalidOperationException($"What is {unknown} of {name}?"),
            }))])!;
    }

    // For whoever wants to look at them.
    private static void Keep(string name, string html)
    {
        if (Environment.GetEnvironmentVariable("IDENTITY_TEST_PICTURES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "mails")).FullName, $"{name.Replace(' ', '-')}.html"), html);
        }
    }

    [GeneratedRegex("""(?:new Notice|new|Notice \w+ \{ get; \} = new)\(\s*Words\.Key\("(?<subject>[^"]+)"\),\s*Words\.Key\("(?<sentence>[^"]+)"\)""", RegexOptions.ExplicitCapture)]
    private static partial Regex OfNotice();
}
