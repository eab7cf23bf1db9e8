using Microsoft.Extensions.Logging;

namespace Identity.Tests.Support;

/// <summary>A host that remembers every SQL command, for tests that count what a request writes.</summary>
public class SqlHost : IdentityHost
{
    private const int CommandExecuted = 20101;
    private const int TransactionCommitted = 20202;

    // Of IdentityStore, which runs some without EF.
    private const int StatementExecuting = 1106;

    /// <summary>The writing statements while <paramref name="act"/> runs, by their first words, and a line for each explicit commit.</summary>
    public async Task<IReadOnlyList<string>> WritesAsync(Func<Task> act)
    {
        var before = Log.Lines.Count;
        await act();
        return [.. Log.Lines.Skip(before).Select(Write).OfType<string>()];
    }

    /// <summary>Every statement while <paramref name="act"/> runs, by its first word. Jobs of the server must not run meanwhile.</summary>
    public async Task<IReadOnlyList<string>> CommandsAsync(Func<Task> act)
    {
        var before = Log.Lines.Count;
        await act();
        return [.. Log.Lines.Skip(before).Select(Sql).OfType<string>().Select(sql => sql.Split(' ')[0])];
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database", LogLevel.Debug);
        builder.Logging.AddFilter("Identity.Server.Data.IdentityStore", LogLevel.Debug);
    }

    private static string? Write((LogLevel Level, EventId Event, string Text) line)
    {
        if (line.Event.Id == TransactionCommitted)
        {
            return "COMMIT";
        }

        var sql = Sql(line);
        return sql is null || sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("PRAGMA", StringComparison.Ordinal)
            ? null
            : string.Join(' ', sql.Replace("\"", "", StringComparison.Ordinal).Split(' ').Take(sql.StartsWith("UPDATE", StringComparison.Ordinal) ? 2 : 3));
    }

    private static string? Sql((LogLevel Level, EventId Event, string Text) line) => line.Event.Id switch
    {
        CommandExecuted => line.Text.Split('\n').Skip(1).FirstOrDefault(text => text.Trim().Length > 0)?.Trim(),
        StatementExecuting => line.Text.Split('\n')[0].Replace("Executing ", "", StringComparison.Ordinal).Trim(),
        _ => null,
    };
}
