using Microsoft.Data.Sqlite;

namespace Identity.Server.Data;

/// <summary>Section <c>Data</c>.</summary>
internal sealed class DataOptions
{
    /// <summary>SQLite only: <c>Full</c> (default; a commit survives a power cut) or <c>Normal</c> (the last commits may not).</summary>
    public SqliteSynchronous SqliteSynchronous { get; set; }
}

internal enum SqliteSynchronous
{
    Full,
    Normal,
}

/// <summary><c>ConnectionStrings:Identity</c>, and which database it means.</summary>
internal sealed record DatabaseAddress(string ConnectionString, bool IsSqlite)
{
    /// <summary>A PostgreSQL string names a host; everything else is SQLite's.</summary>
    public static DatabaseAddress Of(string connectionString)
    {
        var isPostgres = connectionString.Split(';').Any(part => part.TrimStart().StartsWith("Host", StringComparison.OrdinalIgnoreCase)
            || part.TrimStart().StartsWith("Server", StringComparison.OrdinalIgnoreCase));
        return isPostgres
            ? new(connectionString, IsSqlite: false)
            : new(new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 30 }.ToString(), IsSqlite: true);
    }

    /// <summary>The SQLite file; null for PostgreSQL.</summary>
    public string? File => IsSqlite ? Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource) : null;
}
