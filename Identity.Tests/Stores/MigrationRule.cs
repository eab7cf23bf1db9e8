using System.Text.RegularExpressions;

namespace Identity.Tests.Stores;

/// <summary>What a migration may say while the version before it still runs on the same database. Everything that is not known to be harmless is refused.</summary>
internal static partial class MigrationRule
{
    /// <summary>One sentence for each statement that would break the version before.</summary>
    public static IEnumerable<string> Breaches(string sql)
    {
        var tables = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var empty = new HashSet<(string Table, string Column)>();
        foreach (var statement in Statements(sql))
        {
            if (Table().Match(statement) is { Success: true } table)
            {
                tables.Add(table.Groups["table"].Value);
            }
            else if (Index().Match(statement) is { Success: true } index)
            {
                var on = index.Groups["table"].Value;
                var columns = index.Groups["columns"].Value.Split(',').Select(column => column.Trim().ToLowerInvariant());
                if (index.Groups["unique"].Success && !tables.Contains(on) && !columns.All(column => empty.Contains((on.ToLowerInvariant(), column))))
                {
                    yield return $"The unique index {index.Groups["name"].Value} on {on} refuses rows that the version before writes";
                }
            }
            else if (Column().Match(statement) is { Success: true } column)
            {
                var (on, name, rest) = (column.Groups["table"].Value, column.Groups["column"].Value, Literal().Replace(column.Groups["rest"].Value, "''"));
                if (tables.Contains(on))
                {
                    continue;
                }

                if (Rule().IsMatch(rest))
                {
                    yield return $"{on}.{name} is held to a rule that the version before does not know";
                }
                else if (NotNull().IsMatch(rest) && !Default().IsMatch(rest))
                {
                    yield return $"{on}.{name} is NOT NULL without DEFAULT: the version before does not write it";
                }
                else if (!Default().IsMatch(rest))
                {
                    empty.Add((on.ToLowerInvariant(), name.ToLowerInvariant()));
                }
            }
            else
            {
                yield return $"{statement}: only CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD COLUMN expand a schema";
            }
        }
    }

    // A semicolon or two hyphens inside a literal are text.
    private static IEnumerable<string> Statements(string sql) => Pieces().Matches(Comment().Replace(sql, match => match.Value.StartsWith('\'') ? match.Value : " "))
        .Select(piece => piece.Value.Trim()).Where(statement => statement.Length > 0);

    [GeneratedRegex(@"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", RegexOptions.Singleline, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:'(?:[^']|'')*'|[^;'])+", RegexOptions.None, 1000)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"'(?:[^']|'')*'", RegexOptions.None, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"^CREATE\s+TABLE\s+(?<table>\w+)\s*\(", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Table();

    [GeneratedRegex(@"^CREATE\s+(?<unique>UNIQUE\s+)?INDEX\s+(?<name>\w+)\s+ON\s+(?<table>\w+)\s*\((?<columns>[^)]*)\)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Index();

    [GeneratedRegex(@"^ALTER\s+TABLE\s+(?<table>\w+)\s+ADD\s+COLUMN\s+(?<column>\w+)\s+(?<rest>.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline, 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"\b(?:UNIQUE|CHECK|REFERENCES|PRIMARY)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\bNOT\s+NULL\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NotNull();

    [GeneratedRegex(@"\bDEFAULT\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Default();
}
