using System.Globalization;
using System.Text.RegularExpressions;

namespace Identity.Server.Replay;

/// <summary>
/// HTTP exchanges kept as text: the request as a client writes it, a line of <c>###</c>, the answer that came. Between two
/// exchanges stands <c>### then</c>, or <c>### then 13 s later</c>, or <c>### then 20 times</c>. Lines of <c>#</c> at the top
/// say what it is about.
/// </summary>
/// <param name="Prologue">The lines at the top, with their line ends.</param>
internal sealed partial record RecordedTraffic(string Prologue, IReadOnlyList<RecordedExchange> Exchanges)
{
    public static RecordedTraffic Read(string written)
    {
        var text = written.ReplaceLineEndings("\n");
        var begin = Head().Match(text).Value;
        var exchanges = new List<RecordedExchange>();
        var (then, at) = ("", begin.Length);
        foreach (var mark in Then().Matches(text).Append(null))
        {
            var part = text[at..(mark?.Index ?? text.Length)];
            if (part.Length > 0)
            {
                exchanges.Add(new(then, part.Split("\n###\n", 2) is [var asked, _] ? asked : part.TrimEnd()));
            }

            (then, at) = (mark?.Value ?? "", (mark?.Index + mark?.Length + 1) ?? 0);
        }

        return new(begin, exchanges);
    }

    [GeneratedRegex("""\A(?:#(?!##).*\n)*""", RegexOptions.None, 1000)]
    private static partial Regex Head();

    [GeneratedRegex("^### then.*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Then();
}

/// <param name="Then">The line before it; empty for the first.</param>
/// <param name="Asked">Request line, headers, a blank line, the body.</param>
internal sealed partial record RecordedExchange(string Then, string Asked)
{
    public TimeSpan Later => Wait().Match(Then) is { Success: true } wait
        ? int.Parse(wait.Groups["many"].Value, CultureInfo.InvariantCulture) * (wait.Groups["unit"].Value switch { "s" => TimeSpan.FromSeconds(1), "min" => TimeSpan.FromMinutes(1), "h" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) })
        : TimeSpan.Zero;

    public int Times => Count().Match(Then) is { Success: true } count ? int.Parse(count.Groups["many"].Value, CultureInfo.InvariantCulture) : 1;

    public override string ToString() => nameof(RecordedExchange);

    [GeneratedRegex(@"(?<many>\d{1,6}) (?<unit>s|min|h|d) later", RegexOptions.None, 1000)]
    private static partial Regex Wait();

    [GeneratedRegex(@"(?<many>\d{1,6}) times", RegexOptions.None, 1000)]
    private static partial Regex Count();
}
