using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Identity.Server.Data;

/// <summary>
/// Single statements of many requests, written by one thread: whatever came while the disk was busy with the last commit goes
/// into the next one together. A caller hears of its statement when the commit that holds it stands, and not before; a
/// statement that fails takes back itself and none of the others.
/// </summary>
internal sealed class GroupCommit(DatabaseAddress address, DataOptions options, WriteGate gate) : IDisposable
{
    private const int Most = 128;

    private readonly BlockingCollection<Write> queue = [];
    private readonly Lock starting = new();
    private Thread? writer;

    /// <returns>Rows affected.</returns>
    public Task<int> ExecuteAsync(Statement statement, object[] values)
    {
        // No request waits on the thread that commits, and none of them goes on there.
        var write = new Write(statement, values, new(TaskCreationOptions.RunContinuationsAsynchronously));
        Start();
        queue.Add(write);
        return write.Done.Task;
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        writer?.Join();
        queue.Dispose();
    }

    private void Start()
    {
        if (Volatile.Read(ref writer) is not null)
        {
            return;
        }

        lock (starting)
        {
            if (writer is null)
            {
                var thread = new Thread(Work) { IsBackground = true, Name = "sqlite writer" };
                thread.Start();
                Volatile.Write(ref writer, thread);
            }
        }
    }

    private void Work()
    {
        PreparedConnection? connection = null;
        var group = new List<Write>();
        foreach (var first in queue.GetConsumingEnumerable())
        {
            group.Clear();
            group.Add(first);
            using (gate.Enter())
            {
                // After the gate: those who came while it was shut are on board too.
                while (group.Count < Most && queue.TryTake(out var next))
                {
                    group.Add(next);
                }

                try
                {
                    connection ??= new(address, options);
                    Commit(connection, group);
                }
                catch (SqliteException failure)
                {
                    group.ForEach(write => write.Failure ??= failure);
                    // Whatever state it is in, nobody goes on from there.
                    connection?.Dispose();
                    connection = null;
                }
            }

            group.ForEach(write => write.Tell());
        }

        connection?.Dispose();
    }

    private static void Commit(PreparedConnection connection, List<Write> group)
    {
        if (group is [var alone])
        {
            alone.Run(connection);
            return;
        }

        connection.Execute("BEGIN IMMEDIATE");
        foreach (var write in group)
        {
            write.Run(connection);
            if (write.Failure is { } failure && connection.IsOutsideTransaction)
            {
                // Those before it are taken back, and those behind it must not begin on their own.
                throw failure;
            }
        }

        connection.Execute("COMMIT");
    }

    private sealed class Write(Statement statement, object[] values, TaskCompletionSource<int> done)
    {
        private int rows;

        public TaskCompletionSource<int> Done => done;

        public SqliteException? Failure { get; set; }

        public void Run(PreparedConnection connection)
        {
            try
            {
                rows = connection.Command(statement, values).ExecuteNonQuery();
            }
            catch (SqliteException failure)
            {
                // SQLite has taken back this statement; the others stand.
                Failure = failure;
            }
        }

        public void Tell()
        {
            if (Failure is null)
            {
                done.SetResult(rows);
            }
            else
            {
                done.SetException(Failure);
            }
        }
    }
}
