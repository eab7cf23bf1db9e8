using System.Data.Common;
using Npgsql;

namespace Identity.Server.Data;

/// <summary>
/// Which failures of the database pass, and what they leave behind. SQLite has none of them: its one writer waits at
/// <see cref="WriteGate"/>, and its file does not hang up.
/// </summary>
internal sealed partial class Retries(bool enabled, TimeProvider clock, ILogger<Retries> logger)
{
    private const int MaxAttempts = 6;

    /// <summary>Whether the database can fail in passing at all.</summary>
    public bool Enabled => enabled;

    /// <summary>Whether to try again, said once in the log.</summary>
    /// <param name="failure">What the attempt ended with.</param>
    /// <param name="certain">Whether a broken connection means for certain that nothing was written.</param>
    /// <param name="attempt">How many there were.</param>
    public bool Again(Exception failure, bool certain, int attempt)
    {
        if (!enabled || attempt >= MaxAttempts || Cause(failure) is not { } cause || !(IsRefused(cause) || (certain && IsBroken(cause))))
        {
            return false;
        }

        Failed(attempt, cause.SqlState ?? cause.InnerException?.GetType().Name ?? cause.GetType().Name);
        return true;
    }

    /// <summary>Whether the connection broke, and with it the answer.</summary>
    public bool IsBroken(Exception failure) => enabled && Cause(failure) is { } cause && IsBroken(cause);

    /// <summary>Twice at once: a deadlock is over, and a dead connection may have had a neighbour in the pool. A server that restarts or hands over to another is given two seconds in all.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        attempt <= 2 ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(60 * (1 << (attempt - 1))), clock, cancellationToken);

    // EF wraps what it takes for passing, and what a SaveChanges meets.
    private static DbException? Cause(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException cause)
            {
                return cause;
            }
        }

        return null;
    }

    // The server's own word that it took the transaction back, or did not let it begin.
    private static bool IsRefused(DbException cause) => cause is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow
    };

    // A server that ends connections says so, and may have committed before; a time-out is no broken connection, and trying again would add to what is too much already.
    private static bool IsBroken(DbException cause) => cause switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or ['0', '8', ..] } => true,
        PostgresException => false,
        NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException } => true,
        _ => false,
    };

    [LoggerMessage(1104, LogLevel.Warning, "The database failed in passing ({Failure}), attempt {Attempt}; it is tried again")]
    private partial void Failed(int attempt, string failure);
}
