using System.Collections.Concurrent;
using System.Data.Common;
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

    /// <summary>Runs a statement and answers what <paramref name="run"/> made of it. That is called on the thread that commits, so it takes the answer and does nothing else.</summary>
    public Task<T> ExecuteAsync<T>(Statement statement, Func<DbCommand, T> run, object[] values)
    {
        var write = new Write<T>(statement, values, run);
        Start();
        queue.Add(write);
        return write.Answer;
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

    private abstract class Write
    {
        public SqliteException? Failure { get; set; }

        public abstract void Run(PreparedConnection connection);

        public abstract void Tell();
    }

    private sealed class Write<T>(Statement statement, object[] values, Func<DbCommand, T> run) : Write
    {
        // No request waits on the thread that commits, and none of them goes on there.
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T answer = default!;

        public Task<T> Answer => done.Task;

        public override void Run(PreparedConnection connection)
        {
            try
            {
                answer = run(connection.Command(statement, values));
            }
            catch (SqliteException failure)
            {
                // SQLite has taken back this statement; the others stand.
                Failure = failure;
            }
        }

        public override void Tell()
        {
            if (Failure is null)
            {
                done.SetResult(answer);
            }
            else
            {
                done.SetException(Failure);
            }
        }
    }
}
