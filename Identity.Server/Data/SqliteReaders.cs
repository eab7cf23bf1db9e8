using System.Collections.Concurrent;
using System.Data.Common;

namespace Identity.Server.Data;

/// <summary>Connections that read the SQLite file. A read there is a call and no wait, so there are never more of them than threads.</summary>
internal sealed class SqliteReaders(DatabaseAddress address, DataOptions options) : IDisposable
{
    private readonly ConcurrentBag<PreparedConnection> free = [];

    public T? Query<T>(Statement statement, Func<DbDataReader, T> read, ReadOnlySpan<object> values)
    {
        if (!free.TryTake(out var connection))
        {
            connection = new(address, options);
        }

        var whole = false;
        try
        {
            T? found = default;
            using (var reader = connection.Command(statement, values).ExecuteReader())
            {
                if (reader.Read())
                {
                    found = read(reader);
                }
            }

            whole = true;
            return found;
        }
        finally
        {
            if (whole)
            {
                free.Add(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    public void Dispose()
    {
        while (free.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
