using System.Text.RegularExpressions;
using System.Xml.Linq;
using Identity.Server.Languages;
using Identity.Tests.Support;

namespace Identity.Tests.Architecture;

/// <summary>Every sentence that the sources show to people is in every language's file, and every file has no other.</summary>
public sealed partial class WordsTests
{
    private static readonly Lazy<(SortedSet<string> Keys, List<string> Unreadable)> Used = new(Collect);

    public static TheoryData<string> Languages => [.. SupportedLanguages.Tags.Except([SupportedLanguages.English])];

    [Theory, MemberData(nameof(Languages))]
    public void A_language_lacks_no_sentence(string tag) => Assert.Empty(Used.Value.Keys.Except(Translations(tag).Keys));

    [Theory, MemberData(nameof(Languages))]
    public void A_language_has_no_sentence_that_nobody_says(string tag) => Assert.Empty(Translations(tag).Keys.Except(Used.Value.Keys));

    [Theory, MemberData(nameof(Languages))]
    public void A_translation_has_the_places_of_its_sentence(string tag) =>
        Assert.Empty(Translations(tag).Where(pair => !Places(pair.Key).SetEquals(Places(pair.Value)) || string.IsNullOrWhiteSpace(pair.Value)).Select(pair => pair.Key));

    /// <summary>The build puts each language's assembly beside ours.</summary>
    [Theory, MemberData(nameof(Languages))]
    public void A_language_speaks(string tag) => Assert.Equal(Translations(tag)["Sign in"], Words.In(tag)["Sign in"]);

    [Fact]
    public void Every_file_of_words_is_a_language() => Assert.Equal(
        ["en", .. Directory.EnumerateFiles(Path.Combine(Repository.Server, "Languages"), "Words.*.resx").Select(file => Path.GetFileNameWithoutExtension(file)["Words.".Length..]).Order(StringComparer.Ordinal)],
        SupportedLanguages.Tags);

    /// <summary>A key is a literal where it is used, or marked by Words.Key where it is kept.</summary>
    [Fact]
    public void Every_key_can_be_read_from_the_sources() => Assert.Empty(Used.Value.Unreadable);

    [Fact]
    public void No_page_has_text_of_its_own() => Assert.Empty(
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Server, "Pages"), "*.cshtml", SearchOption.AllDirectories)
        from line in File.ReadLines(file)
        where !line.TrimStart().StartsWith("@*", StringComparison.Ordinal) && BareText().IsMatch(line)
        select $"{Path.GetFileName(file)}: {line.Trim()}");

    private static Dictionary<string, string> Translations(string tag) => XDocument.Load(Path.Combine(Repository.Server, "Languages", $"Words.{tag}.resx")).Root!
        .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static HashSet<string> Places(string sentence) => [.. Place().Matches(sentence).Select(place => place.Groups["number"].Value)];

    private static (SortedSet<string> Keys, List<string> Unreadable) Collect()
    {
        var (keys, unreadable) = (new SortedSet<string>(StringComparer.Ordinal), new List<string>());
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Server, "Pages"), "*.cshtml", SearchOption.AllDirectories);
        foreach (var file in Repository.Sources("Identity.Server").Concat(pages))
        {
            var text = File.ReadAllText(file);
            foreach (Match use in Use().Matches(text))
            {
                var count = use.Groups["count"].Success;
                if (use.Groups["key"].Captures is { Count: > 0 } found)
                {
                    keys.UnionWith(found.Select(key => Regex.Unescape(key.Value)));
                }
                // A variable holds what Words.Key marked elsewhere; anything else hides its key from this test.
                else if (use.Value.StartsWith("Words", StringComparison.Ordinal) && (count || !use.Groups["variable"].Success))
                {
                    unreadable.Add($"{Path.GetFileName(file)}: {use.Value}");
                }
            }
        }

        return (keys, unreadable);
    }

    [GeneratedRegex("""\b(?:[Ww]ords(?:\.Current|\.In\([^()]*(?:\[[^\]]*\])?\))?|(?<=\s)this)(?:(?:\[|\.(?:Strong|Key)\()\s*(?:"(?<key>(?:[^"\\]|\\.)*)"|(?<variable>[A-Za-z][\w.]*)(?=[\],)])|(?<other>.))|(?<count>\.Count\()[^"]*"(?<key>(?:[^"\\]|\\.)*)",\s*"(?<key>(?:[^"\\]|\\.)*)")""", RegexOptions.None, 10_000)]
    private static partial Regex Use();

    [GeneratedRegex(@"\{(?<number>\d+)[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("""(?:>[^<@{}="();]*\p{L}{2,}[^<@{}="();]*<)|(?:^\s+\p{Lu}[^<>@{}="();]{3,}$)|(?:(?:aria-label|placeholder|alt|title|label|hint)="[^"@]*\p{L}{2,})""", RegexOptions.None, 1000)]
    private static partial Regex BareText();
}
