using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Data;

/// <summary>The three ways to the database: read, write one statement, write several as one.</summary>
internal sealed class IdentityStore(IDbContextFactory<IdentityDb> contexts, WriteGate gate)
{
    public async Task<T> ReadAsync<T>(Func<IdentityDb, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await read(db);
    }

    /// <summary>One statement, or one SaveChanges: its own commit.</summary>
    public async Task<T> WriteAsync<T>(Func<IdentityDb, Task<T>> write, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await write(db);
    }

    /// <summary>Several statements, one commit; <paramref name="write"/> answers whether to keep them.</summary>
    public async Task<T> TransactAsync<T>(Func<IdentityDb, Task<(bool Keep, T Value)>> write, CancellationToken cancellationToken)
    {
        using var pass = await gate.EnterAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // SQLite: BEGIN IMMEDIATE, so that nothing read inside can be stale by the time it is written.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var (keep, value) = await write(db);
        if (keep)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return value;
    }
}
