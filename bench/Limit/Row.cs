using Microsoft.Data.Sqlite;

namespace Bench.Limit;

/// <summary>One row that is moved by one commit, as a rotation must.</summary>
internal sealed class Row : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand move;
    private readonly SemaphoreSlim turn = new(1, 1);

    public Row(string file, string synchronous)
    {
        connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute(synchronous is "FULL" ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        Execute("CREATE TABLE IF NOT EXISTS families (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL)");
        Execute("INSERT OR IGNORE INTO families VALUES (1, 0)");
        move = connection.CreateCommand();
        move.CommandText = "UPDATE families SET generation = generation + 1 WHERE id = 1";
    }

    public async Task MoveAsync()
    {
        await turn.WaitAsync();
        try
        {
            move.ExecuteNonQuery();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        move.Dispose();
        connection.Dispose();
        turn.Dispose();
    }

    private void Execute(string statement)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the ones above.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
