using System.Text.RegularExpressions;
using Identity.Server.Hosting;
using Identity.Tests.Support;

namespace Identity.Tests.Architecture;

/// <summary>The table of docs/pages.md: each page, what it is for, and states that tests really look at.</summary>
public sealed partial class PagesTableTests
{
    private static readonly List<(string Route, string For, List<string> States)> Rows =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "pages.md")).Select(line => Row().Match(line)).Where(row => row.Success)
            .Select(row => (row.Groups["route"].Value, row.Groups["for"].Value.Trim(), State().Matches(row.Groups["states"].Value).Select(state => state.Groups["name"].Value).ToList())),
    ];

    [Fact]
    public void Each_page_has_a_row_and_each_row_a_page() => Assert.Equal(
        Directory.EnumerateFiles(Path.Combine(Repository.Server, "Pages"), "*.cshtml").Select(file => PageRoute().Match(File.ReadAllText(file))).Where(page => page.Success).Select(page => page.Groups["route"].Value).Order(StringComparer.Ordinal),
        Rows.Select(row => row.Route).Order(StringComparer.Ordinal));

    /// <summary>Or it would have neither the language, nor the policy of content, nor the error page of the others.</summary>
    [Fact]
    public void Each_page_is_for_people() => Assert.All(Rows, row => Assert.True(ForPeople.Is(new DefaultHttpContext { Request = { Path = row.Route } }), row.Route));

    [Fact]
    public void Each_row_says_what_its_page_is_for_and_what_of_it_is_seen() =>
        Assert.Empty(Rows.Where(row => row.For.Length == 0 || row.States.Count == 0).Select(row => row.Route));

    /// <summary>A state is what a browser test names when it looks, or the class of tests that sees it.</summary>
    [Fact]
    public void Each_state_is_one_that_a_test_sees()
    {
        var tests = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "Identity.Tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var unseen = Rows.SelectMany(row => row.States).Except(Rows.SelectMany(row => row.States).Where(state => tests.Contains($"\"{state}\"", StringComparison.Ordinal) || tests.Contains($"class {state}(", StringComparison.Ordinal)), StringComparer.Ordinal);
        Assert.Empty(unseen);
    }

    [GeneratedRegex(@"^\| `(?<route>/[^`]*)` \|(?<for>[^|]+)\|(?<states>[^|]*)\|$", RegexOptions.None, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex State();

    [GeneratedRegex("""^@page "(?<route>[^"]+)"|^@page\s*$""", RegexOptions.None, 1000)]
    private static partial Regex PageRoute();
}
