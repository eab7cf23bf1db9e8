using System.Globalization;
using System.Net;
using System.Text;

namespace Bench.Load;

/// <summary>One picture of a report: for each workload a bar for each server, on a logarithmic scale.</summary>
internal static class Picture
{
    private const int Left = 230;
    private const int Width = 460;
    private const int Bar = 15;

    private static readonly string[] Inks = ["#1f6feb", "#79b8ff", "#8b949e", "#c9d1d9", "#d97706", "#f0b45e", "#f6d9a8", "#7c5cbf"];

    public static string Draw(Report report)
    {
        var names = report.Servers.Select(server => server.Name).OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal).ToList();
        var (most, body, y) = (report.Measurements.Max(one => one.PerSecond), new StringBuilder(), 64);
        foreach (var workload in report.Measurements.GroupBy(one => one.Workload, StringComparer.Ordinal))
        {
            Text(body, 12, y + 12, workload.Key, "font-weight=\"600\"");
            foreach (var one in workload.OrderBy(one => names.IndexOf(one.Subject)))
            {
                // From one request in a second, so that every bar has a length.
                var length = Math.Max(2, Math.Log10(Math.Max(1.05, one.PerSecond)) / Math.Log10(most) * Width);
                Text(body, Left - 8, y + 12, one.Subject, "text-anchor=\"end\" fill=\"#57606a\"");
                body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{length:0}\" height=\"{Bar}\" rx=\"2\" fill=\"{Inks[names.IndexOf(one.Subject) % Inks.Length]}\"/>\n");
                Text(body, Left + (int)length + 6, y + 12, $"{one.PerSecond.ToString(one.PerSecond < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture)}  (p99 {one.P99.ToString("0.0", CultureInfo.InvariantCulture)} ms)", "");
                y += Bar + 4;
            }

            y += 12;
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Left + Width + 190}" height="{y + 10}" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="12" y="24" font-size="16" font-weight="600">Requests per second on one core</text>
            <text x="12" y="44" fill="#57606a">Logarithmic. {WebUtility.HtmlEncode(report.Machine)}, {report.At:yyyy-MM-dd}, {report.Mode} run, {Workload.Connections} connections.</text>
            {body}</svg>

            """);
    }

    private static int Rank(string name) => name.StartsWith("CloudMind", StringComparison.Ordinal) ? 0 : name.StartsWith("limit", StringComparison.Ordinal) ? 1 : 2;

    private static void Text(StringBuilder body, int x, int y, string text, string more) =>
        body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" {more}>{WebUtility.HtmlEncode(text)}</text>\n");
}
