using System.Globalization;
using System.Text.RegularExpressions;

namespace Identity.Compat.NleCloud;

/// <summary>Instants as the original wrote them: .NET's local time in China, up to seven digits of a second, the offset kept.</summary>
internal static partial class ChinaTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    // A year from which adding or taking a few hours leads nowhere.
    private const int FirstYear = 1970;
    private const int LastYear = 9998;

    /// <summary>With an offset, with <c>Z</c>, without either (then China's), or a date alone (its first instant in China). Null for anything else.</summary>
    public static DateTimeOffset? Read(string text) =>
        Pattern().Match(text) is { Success: true } match
        && DateTimeOffset.TryParse(
            match.Groups["zone"].Success ? text : $"{text}{(match.Groups["time"].Success ? "" : "T00:00:00")}+08:00",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var instant)
        && instant.Year is >= FirstYear and <= LastYear
            ? instant
            : null;

    // Trailing zeros of the fraction are dropped, as Json.NET did.
    public static string Write(DateTimeOffset instant) => instant.ToOffset(Offset).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?<time>[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
