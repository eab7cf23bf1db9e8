using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Data;

/// <summary>The three ways to the database: read, write one statement, write several as one. Each is tried again where that is safe, and nowhere else (docs/decisions/0019).</summary>
internal sealed class IdentityStore(IDbContextFactory<IdentityDb> contexts, WriteGate gate, Retries retries)
{
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

    private async Task<bool> StandsAsync(LostAnswer lost, CancellationToken cancellationToken) => lost.Stands is { } stands && await ReadAsync(stands, cancellationToken);
}
