using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Data;

/// <summary>The three ways to the database: read, write one statement, write several as one. Each is tried again where that is safe, and nowhere else (docs/decisions/0019).</summary>
internal sealed partial class IdentityStore(IDbContextFactory<IdentityDb> contexts, DatabaseAddress address, SqliteReaders readers, GroupCommit writer, WriteGate gate, Retries retries, ILogger<IdentityStore> logger)
{
    private readonly ConcurrentDictionary<Type, object> shapes = new();

    /// <summary>How rows of an entity are read where EF does not read them.</summary>
    public RowShape<T> Shape<T>()
        where T : class => (RowShape<T>)shapes.GetOrAdd(typeof(T), static (_, contexts) =>
        {
            using var db = contexts.CreateDbContext();
            return new RowShape<T>(db.Model);
        }, contexts);

    /// <summary>The first row of a statement, or nothing.</summary>
    public Task<T?> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        Executing(statement.Text);
        return address.IsSqlite ? Task.FromResult(readers.Query(statement, read, values)) : ReadAsync(ReadOneAsync, cancellationToken);

        Task<T?> ReadOneAsync(IdentityDb db) => FirstAsync(db, statement, read, values, cancellationToken);
    }

    /// <summary>One statement that returns the row it changed, or nothing; committed as <see cref="WriteOnceAsync(Statement, LostAnswer, CancellationToken, object[])"/> does. It fails where nobody knows whether it was.</summary>
    public Task<T?> WriteReturningAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        Executing(statement.Text);
        return address.IsSqlite ? writer.ExecuteAsync(statement, First, values) : WriteAsync(db => FirstAsync(db, statement, read, values, cancellationToken), cancellationToken);

        T? First(DbCommand command)
        {
            using var reader = command.ExecuteReader();
            return reader.Read() ? read(reader) : default;
        }
    }

    /// <summary>One statement whose rows affected are the verdict; on SQLite in one commit with those of other requests.</summary>
    public async Task<bool> WriteOnceAsync(Statement statement, LostAnswer lost, CancellationToken cancellationToken, params object[] values)
    {
        Executing(statement.Text);
        return address.IsSqlite
            ? await writer.ExecuteAsync(statement, static command => command.ExecuteNonQuery(), values) == 1
            : await WriteOnceAsync(
                async db =>
                {
                    await db.Database.OpenConnectionAsync(cancellationToken);
                    await using var command = statement.On(db.Database.GetDbConnection());
                    Statement.Bind(command, values);
                    return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
                },
                lost,
                cancellationToken);
    }

    public async Task<T> ReadAsync<T>(Func<IdentityDb, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                return await read(db);
            }
            catch (Exception failure) when (retries.Again(failure, certain: true, attempt))
            {
                await retries.PauseAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>One statement, or one SaveChanges: its own commit.</summary>
    /// <param name="write">It runs again after a failure that left nothing behind, so it must keep nothing of an earlier run.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="lost">What to do when nobody knows whether it left something; null for failing.</param>
    public async Task<T> WriteAsync<T>(Func<IdentityDb, Task<T>> write, CancellationToken cancellationToken, LostAnswer? lost = null)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var sent = false;
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                if (retries.Enabled)
                {
                    // Apart from the statement: until here nothing can have been written.
                    await db.Database.OpenConnectionAsync(cancellationToken);
                }

                sent = true;
                return await write(db);
            }
            catch (Exception failure) when (retries.Again(failure, certain: !sent || lost is not null, attempt))
            {
                await retries.PauseAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>One statement whose rows affected are the verdict.</summary>
    public async Task<bool> WriteOnceAsync(Func<IdentityDb, Task<bool>> write, LostAnswer lost, CancellationToken cancellationToken)
    {
        var runs = 0;
        try
        {
            var written = await WriteAsync(
                db =>
                {
                    runs++;
                    return write(db);
                },
                cancellationToken,
                lost);
            return written || (runs > 1 && await StandsAsync(lost, cancellationToken));
        }
        catch (DbUpdateException) when (runs > 1 && lost.Stands is not null)
        {
            // A key that is there already refuses a repetition as well as a condition does: it is ours, or somebody else's.
            if (await StandsAsync(lost, cancellationToken))
            {
                return true;
            }

            throw;
        }
    }

    /// <summary>Several statements, one commit; <paramref name="write"/> answers whether to keep them.</summary>
    /// <param name="write">See <see cref="WriteAsync"/>.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="lost">See <see cref="WriteAsync"/>.</param>
    public async Task<T> TransactAsync<T>(Func<IdentityDb, Task<(bool Keep, T Value)>> write, CancellationToken cancellationToken, LostAnswer? lost = null)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        var (unanswered, first) = (false, default(T)!);
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            var value = default(T)!;
            try
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                // SQLite: BEGIN IMMEDIATE, so that nothing read inside can be stale by the time it is written.
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                (var keep, value) = await write(db);
                if (keep)
                {
                    committing = true;
                    await transaction.CommitAsync(cancellationToken);
                    return value;
                }
            }
            catch (Exception failure) when (retries.Again(failure, certain: !committing || lost is not null, attempt))
            {
                // The repetition waits for the rows of the first one; where it is refused, that one has come to its end.
                (unanswered, first) = committing && retries.IsBroken(failure) ? (true, value) : (unanswered, first);
                await retries.PauseAsync(attempt, cancellationToken);
                continue;
            }
            catch (DbUpdateException) when (unanswered)
            {
                if (await StandsAsync(lost!, cancellationToken))
                {
                    return first;
                }

                throw;
            }

            return unanswered && await StandsAsync(lost!, cancellationToken) ? first : value;
        }
    }

    private static async Task<T?> FirstAsync<T>(IdentityDb db, Statement statement, Func<DbDataReader, T> read, object[] values, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = statement.On(db.Database.GetDbConnection());
        Statement.Bind(command, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : default;
    }

    private async Task<bool> StandsAsync(LostAnswer lost, CancellationToken cancellationToken) => lost.Stands is { } stands && await ReadAsync(stands, cancellationToken);

    // EF's own commands are logged by EF.
    [LoggerMessage(1106, LogLevel.Debug, "Executing {Sql}")]
    private partial void Executing(string sql);
}
