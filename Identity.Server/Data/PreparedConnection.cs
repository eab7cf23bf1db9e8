using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Identity.Server.Data;

/// <summary>An open connection to the SQLite file that keeps what it has prepared: SQLite then neither opens nor parses. One user at a time.</summary>
internal sealed class PreparedConnection : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<Statement, DbCommand> commands = [];

    public PreparedConnection(DatabaseAddress address, DataOptions options)
    {
        connection = new SqliteConnection(address.ConnectionString);
        connection.Open();
        // Where another process writes: SQLite's own waiting begins at a millisecond, the driver's at 150.
        Execute("PRAGMA busy_timeout = 30000");
        if (options.SqliteSynchronous == SqliteSynchronous.Normal)
        {
            Execute("PRAGMA synchronous = NORMAL");
        }
    }

    /// <summary>Whether no transaction is open: SQLite ends one by itself where it cannot go on (a full disk, a broken file).</summary>
    public bool IsOutsideTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) != 0;

    public DbCommand Command(Statement statement, ReadOnlySpan<object> values)
    {
        var fresh = !commands.TryGetValue(statement, out var command);
        if (fresh)
        {
            commands[statement] = command = statement.On(connection);
        }

        Statement.Bind(command!, values);
        if (fresh)
        {
            command!.Prepare();
        }

        return command!;
    }

    public void Execute(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Words of this room.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
