using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Data;

/// <summary>
/// Applies the numbered SQL files that the database has not seen, each in one transaction together with its number:
/// a process that dies in the middle leaves the step before, and the next start goes on from there.
/// </summary>
internal sealed partial class Migrator(IDbContextFactory<IdentityDb> contexts, DatabaseAddress address, Retries retries, ILogger<Migrator> logger)
{
    // Any constant will do; it only has to be the same in every node.
    private const long AdvisoryLock = 0x1D_E271_7EA1;

    /// <summary>Opens the database and nothing else, so that an unreachable one is told from a broken migration.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        if (address.IsSqlite)
        {
            await ExecuteAsync(db.Database.GetDbConnection(), null, "PRAGMA journal_mode = WAL", cancellationToken);
        }
    }

    /// <returns>The steps that this call took.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        var taken = new List<string>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        var connection = db.Database.GetDbConnection();
        foreach (var (number, name) in Steps())
        {
            if (await StepAsync(connection, number, name, cancellationToken))
            {
                taken.Add(name);
            }
        }

        return taken;
    }

    private async Task<bool> StepAsync(DbConnection connection, int number, string name, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // SQLite's BEGIN IMMEDIATE and the advisory lock let one node migrate while the others wait here.
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (!address.IsSqlite)
                {
                    await ExecuteAsync(connection, transaction, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken);
                }

                await ExecuteAsync(connection, transaction, "CREATE TABLE IF NOT EXISTS schema_versions (number INTEGER NOT NULL PRIMARY KEY)", cancellationToken);
                if (await ExecuteAsync(connection, transaction, $"INSERT INTO schema_versions (number) VALUES ({number}) ON CONFLICT DO NOTHING", cancellationToken) == 0)
                {
                    return false;
                }

                Applying(name);
                await ExecuteAsync(connection, transaction, Translate(Read(name), address.IsSqlite), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return true;
            }
            catch (DbException failure) when (retries.Again(failure, certain: false, attempt))
            {
                // A step takes whole tables, in an order of its own, from requests of the version before: now and then
                // PostgreSQL ends one of them, and then nothing of it stands.
                await retries.PauseAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>Whether the database has seen every step that this version has; it may have seen more.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var seen = await db.Database.SqlQuery<int>($"SELECT number AS \"Value\" FROM schema_versions").ToListAsync(cancellationToken);
        return Steps().All(step => seen.Contains(step.Number));
    }

    /// <summary>Whether the database has a schema, and whether that is today's. Changes nothing.</summary>
    public async Task<(bool Exists, bool Current)> LookAsync(CancellationToken cancellationToken)
    {
        // Opening would make the file.
        if (address.File is { } file && !File.Exists(file))
        {
            return (false, false);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            var last = await db.Database.SqlQuery<int>($"SELECT COALESCE(MAX(number), 0) AS \"Value\" FROM schema_versions").SingleAsync(cancellationToken);
            return (true, last == Steps().Last().Number);
        }
        catch (DbException)
        {
            return (false, false);
        }
    }

    /// <summary>The steps in order: number and file.</summary>
    internal static IEnumerable<(int Number, string Name)> Steps() => typeof(Migrator).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Select(name => (int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name))
        .OrderBy(step => step.Item1);

    internal static string Read(string name)
    {
        using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The few words that the two databases do not share.</summary>
    internal static string Translate(string sql, bool sqlite) => sql
        .Replace("{id}", sqlite ? "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" : "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", StringComparison.Ordinal)
        .Replace("{bigid}", sqlite ? "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", StringComparison.Ordinal)
        .Replace("{blob}", sqlite ? "BLOB" : "BYTEA", StringComparison.Ordinal)
        .Replace("{guid}", sqlite ? "TEXT" : "UUID", StringComparison.Ordinal);

    private static async Task<int> ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1001, LogLevel.Information, "Applying migration {Name}")]
    private partial void Applying(string name);
}
