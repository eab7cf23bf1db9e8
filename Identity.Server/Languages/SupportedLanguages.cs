using System.Reflection;

namespace Identity.Server.Languages;

/// <summary>English, and each language that there is a file of words for; the build writes down which (Identity.Server.csproj).</summary>
internal static class SupportedLanguages
{
    public const string English = "en";

    /// <summary>Tags, BCP 47.</summary>
    public static IReadOnlyList<string> Tags { get; } =
    [
        English,
        .. typeof(SupportedLanguages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(entry => entry.Value is "words").Select(entry => entry.Key[(nameof(Words).Length + 1)..]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The first of ours that somebody reads: by the whole tag, else by the language alone (RFC 4647 §3.4), so that zh-HK and zh-Hant read Chinese rather than English.</summary>
    /// <param name="wanted">Tags in order of preference; anything else among them is passed over.</param>
    public static string? First(IEnumerable<string> wanted) => wanted.Select(Match).FirstOrDefault(known => known is not null);

    /// <summary>The first of ours in an Accept-Language header (RFC 9110 §12.5.4), by its weights; null when it names none.</summary>
    public static string? FirstAccepted(string? header) => header is { Length: > 0 and < 512 }
        ? First(header.Split(',').Select(Read).Where(range => range.Weight > 0).OrderByDescending(range => range.Weight).Select(range => range.Tag))
        : null;

    private static string? Match(string wanted)
    {
        var tag = wanted.Trim();
        return Tags.FirstOrDefault(known => string.Equals(known, tag, StringComparison.OrdinalIgnoreCase))
            ?? Tags.FirstOrDefault(known => string.Equals(Language(known), Language(tag), StringComparison.OrdinalIgnoreCase));
    }

    private static string Language(string tag) => tag.Split('-')[0];

    private static (string Tag, double Weight) Read(string range)
    {
        var parts = range.Split(';', 2);
        if (parts.Length == 1)
        {
            return (parts[0], 1);
        }

        var weight = parts[1].Trim();
        return (parts[0], weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(weight.AsSpan(2), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : 0);
    }
}
