using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Jobs;
using Microsoft.Extensions.Logging.Console;

namespace Identity.Server.Commands;

/// <summary>What commands share: settings, the database, an audit trail that is written before they end, and output for people and for scripts.</summary>
internal static class CommandRun
{
    // For a terminal and for jq, not for a web page: names stay readable.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of each command that shows something.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON in place of a table." };

    /// <summary>A command with an action on the server's parts. What its parser leaves over must be settings.</summary>
    /// <param name="command">The command.</param>
    /// <param name="config">The option that names settings files.</param>
    /// <param name="act">The action; the database is open and its keys are loaded.</param>
    /// <param name="creates">Whether a database that is not there yet is made.</param>
    public static void SetAction(Command command, Option<string[]> config, Func<ParseResult, IServiceProvider, CancellationToken, Task<int>> act, bool creates = false)
    {
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(async () =>
        {
            if (Stray(result) is { } stray)
            {
                return Refuse(stray);
            }

            await using var app = Build(result, config);
            if (!creates && app.Services.GetRequiredService<DatabaseAddress>().File is { } file && !File.Exists(file))
            {
                return Refuse($"ConnectionStrings:Identity: {file} does not exist. Is this the folder of the server?");
            }

            await app.PrepareDataAsync(cancellationToken);
            try
            {
                return await act(result, app.Services, cancellationToken);
            }
            finally
            {
                await app.Services.GetRequiredService<AuditWriting>().FlushAsync(CancellationToken.None);
            }
        }));
    }

    /// <summary>The server, unserved. Standard output is for the command alone, so that a script can keep it.</summary>
    public static WebApplication Build(ParseResult result, Option<string[]> config) => ServerApplication.Build(
        [.. result.UnmatchedTokens, "--Logging:LogLevel:Default=Warning"],
        result.GetValue(config) ?? [],
        builder => builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    /// <summary>What is left over are settings; a misspelt option of the command would be taken for one and be lost.</summary>
    public static string? Stray(ParseResult result) => result.UnmatchedTokens.FirstOrDefault(token => !IsSetting(token)) is { } stray
        ? $"{stray} is not an option of this command. Settings are written --Name=value."
        : null;

    public static int Refuse(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return IdentityCommand.Refused;
    }

    /// <summary>A table, or an array of objects with the same columns.</summary>
    public static int Show(ParseResult result, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<JsonNode?>> rows)
    {
        if (result.GetValue(Json))
        {
            Print(new JsonArray([.. rows.Select(row => new JsonObject(columns.Select((column, at) => KeyValuePair.Create(column, row[at]))))]));
            return IdentityCommand.Success;
        }

        List<IReadOnlyList<string>> lines = [[.. columns.Select(column => column.Replace('_', ' ').ToUpperInvariant())], .. rows.Select(row => row.Select(Cell).ToList())];
        var widths = columns.Select((_, at) => lines.Max(line => line[at].Length)).ToList();
        foreach (var line in lines)
        {
            Console.WriteLine(string.Join("  ", line.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd());
        }

        return IdentityCommand.Success;
    }

    public static void Print(JsonNode node) => Console.WriteLine(node.ToJsonString(Readable));

    public static string? Instant(DateTimeOffset? instant) => instant?.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Cell(JsonNode? value) => value switch
    {
        null => "-",
        JsonArray list => string.Join(' ', list.Select(Cell)),
        JsonObject => value.ToJsonString(Readable),
        // Whatever a client or a person is called must not move the operator's cursor.
        _ => new string([.. value.ToString().Select(c => char.IsControl(c) ? '?' : c)]),
    };

    // --Section:Name=value, or one of the few settings outside any section.
    private static bool IsSetting(string token) =>
        token.StartsWith("--", StringComparison.Ordinal) && token.Split('=', 2) is [var name, _]
        && (name.Contains(':', StringComparison.Ordinal) || name is "--Issuer" or "--environment" or "--urls");
}
