using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Identity.Compat;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace Identity.Server.Commands;

/// <summary><c>identity compat usage</c>: who still calls which legacy route, and when the last call came.</summary>
internal sealed class CompatUsageCommand : Command
{
    private readonly Option<bool> json = new("--json") { Description = "Print JSON in place of a table." };

    public CompatUsageCommand(Option<string[]> config)
        : base("usage", "Prints the calls of each legacy route: by client version and outcome, with the last time.")
    {
        Add(json);
        TreatUnmatchedTokensAsErrors = false;
        SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(() => PrintAsync(result, config, cancellationToken)));
    }

    private async Task<int> PrintAsync(ParseResult result, Option<string[]> config, CancellationToken cancellationToken)
    {
        await using var app = ServerApplication.Build(
            [.. IdentityCommand.Settings(result), "--Logging:LogLevel:Default=Warning"],
            result.GetValue(config) ?? [],
            builder => builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await app.PrepareDataAsync(cancellationToken);
        var rows = await app.Services.GetRequiredService<UsageLedger>().ReadAsync(cancellationToken);

        // A route that nobody ever called is what the operator looks for most.
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Select(endpoint => endpoint.Metadata.GetMetadata<LegacyRoute>()).OfType<LegacyRoute>();
        var usage = RouteUsage.Of(routes.Where(route => route.Serves), rows);
        Console.Out.Write(result.GetValue(json) ? $"{RouteUsage.Json(usage).ToJsonString()}\n" : RouteUsage.Table(usage));
        return IdentityCommand.Success;
    }
}

/// <summary>One legacy route and its calls.</summary>
internal sealed record RouteUsage(string Api, string Route, IReadOnlyList<LegacyUsageRow> Rows)
{
    private DateTimeOffset? LastAt => Rows.Count == 0 ? null : Rows.Max(row => row.LastAt);

    private long Calls => Rows.Sum(row => row.Calls);

    public static IReadOnlyList<RouteUsage> Of(IEnumerable<LegacyRoute> routes, IReadOnlyList<LegacyUsageRow> rows) =>
    [
        .. routes.Select(route => (route.Api, route.Name)).Concat(rows.Select(row => (row.Api, row.Route))).Distinct()
            .Select(route => new RouteUsage(route.Item1, route.Item2, [.. rows.Where(row => string.Equals(row.Api, route.Item1, StringComparison.Ordinal) && string.Equals(row.Route, route.Item2, StringComparison.Ordinal))]))
            .OrderBy(usage => usage.Api, StringComparer.Ordinal).ThenBy(usage => usage.Route, StringComparer.Ordinal),
    ];

    public static JsonArray Json(IReadOnlyList<RouteUsage> usage) =>
    [
        .. usage.Select(route => new JsonObject
        {
            ["api"] = route.Api,
            ["route"] = route.Route,
            ["calls"] = route.Calls,
            ["last_called"] = route.LastAt is { } last ? Instant(last) : null,
            ["by_version"] = new JsonArray([.. route.Rows.Select(row => new JsonObject { ["version"] = row.Version, ["outcome"] = row.Outcome, ["calls"] = row.Calls, ["first_called"] = Instant(row.FirstAt), ["last_called"] = Instant(row.LastAt) })]),
        }),
    ];

    /// <summary>A line for each route, and under it one for each version and outcome.</summary>
    public static string Table(IReadOnlyList<RouteUsage> usage)
    {
        List<string[]> lines = [["API", "ROUTE / CLIENT", "OUTCOME", "CALLS", "LAST CALLED (UTC)"]];
        foreach (var route in usage)
        {
            lines.Add([route.Api, route.Route, "", Number(route.Calls), route.LastAt is { } last ? Instant(last) : "never"]);
            lines.AddRange(route.Rows.Select(row => (string[])["", $"  {row.Version}", row.Outcome, Number(row.Calls), Instant(row.LastAt)]));
        }

        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToList();
        return string.Concat(lines.Select(line => string.Join("  ", line.Select((cell, column) => column == 3 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
