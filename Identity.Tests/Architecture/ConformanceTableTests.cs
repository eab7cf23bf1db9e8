using System.Reflection;
using System.Text.RegularExpressions;
using Identity.Tests.Conformance;
using Identity.Tests.Support;

namespace Identity.Tests.Architecture;

/// <summary>docs/conformance.md is held against the tests: no module without a test, no test without a row, no row that names what is not there.</summary>
public sealed partial class ConformanceTableTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "conformance.md"));

    [Fact]
    public void Every_module_has_a_test_and_every_test_of_a_module_has_a_row()
    {
        var real =
            from type in typeof(ModuleAttribute).Assembly.GetTypes()
            from method in type.GetMethods()
            from module in method.GetCustomAttributes<ModuleAttribute>()
            select $"{type.GetCustomAttribute<PlanAttribute>()?.Name} | {module.Name} | {type.Name}.{method.Name}";
        var listed = ModuleRow().Matches(Document).Select(row => $"{row.Groups["plan"].Value} | {row.Groups["module"].Value} | {row.Groups["test"].Value}");
        Assert.Equal(listed.Order(StringComparer.Ordinal), real.Order(StringComparer.Ordinal));
    }

    /// <summary>A row whose test is skipped would read as a pass.</summary>
    [Fact]
    public void A_test_of_a_module_is_a_test_and_is_not_skipped() => Assert.All(
        typeof(ModuleAttribute).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(ModuleAttribute))),
        method => Assert.Null(Assert.Single(method.GetCustomAttributes<FactAttribute>()).Skip));

    [Fact]
    public void A_result_is_a_pass_or_says_what_the_suite_would_skip() =>
        Assert.All(ModuleRow().Matches(Document), row => Assert.Matches("^(pass|pass; the suite skips it: .{10,})$", row.Groups["result"].Value));

    [Fact]
    public void Every_test_that_a_standard_is_proved_by_is_there() => Assert.All(
        Proofs(),
        proof =>
        {
            var (folder, pattern) = (Path.GetDirectoryName(proof)!, Path.GetFileName(proof));
            var place = Path.Combine(Repository.Root, "Identity.Tests", folder);
            Assert.True(Directory.Exists(place) && Directory.EnumerateFiles(place, pattern.Contains('.', StringComparison.Ordinal) ? pattern : $"{pattern}.cs").Any(), proof);
        });

    /// <summary>A class of this folder proves something, and the document says what.</summary>
    [Fact]
    public void Every_conformance_class_is_in_the_document()
    {
        var classes = Repository.Sources("Identity.Tests", "Conformance").Select(path => Path.GetFileName(path).Split('.')[0]).Where(name => name is not nameof(ModuleAttribute)).Distinct(StringComparer.Ordinal);
        var named = Proofs().Select(Path.GetFileName).Concat(ModuleRow().Matches(Document).Select(row => row.Groups["test"].Value.Split('.')[0]));
        Assert.Empty(classes.Except(named, StringComparer.Ordinal));
    }

    private static List<string> Proofs()
    {
        var proofs = ProofRow().Matches(Document).SelectMany(row => Named().Matches(row.Groups["tests"].Value)).Select(name => name.Groups["name"].Value).ToList();
        Assert.NotEmpty(proofs);
        return proofs;
    }

    [GeneratedRegex(@"^\| (?<plan>[A-Z][^|]*?) \| `(?<module>(?:oidcc|fapi2)-[A-Za-z0-9_-]+)` \| `(?<test>\w+\.\w+)` \| (?<result>[^|]+?) \|$", RegexOptions.Multiline, 1000)]
    private static partial Regex ModuleRow();

    // Two columns, of which the second names classes or files under Identity.Tests.
    [GeneratedRegex(@"^\| (?<standard>[^|]+) \| (?<tests>`[^|]+`) \|$", RegexOptions.Multiline, 1000)]
    private static partial Regex ProofRow();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.None, 1000)]
    private static partial Regex Named();
}
