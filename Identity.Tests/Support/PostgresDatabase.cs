using System.Security.Cryptography;
using Npgsql;

namespace Identity.Tests.Support;

/// <summary>A PostgreSQL database of its own on the server that <c>IDENTITY_TEST_POSTGRES</c> names; dropped at the end. Without that variable the test is skipped and says so.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    public const string Variable = "IDENTITY_TEST_POSTGRES";

    private readonly string server;
    private readonly string name;

    private PostgresDatabase(string server, string name) => (this.server, this.name) = (server, name);

    /// <summary>Why tests on PostgreSQL cannot run here; null where they can.</summary>
    public static string? Missing => Server is null ? $"{Variable} is not set: it takes a connection string of a PostgreSQL server that may create databases." : null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();

    private static string? Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;

    public static async Task<PostgresDatabase> CreateAsync()
    {
        if (Missing is { } reason)
        {
            Assert.Skip(reason);
        }

        var database = new PostgresDatabase(Server!, $"identity_test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        await database.ExecuteAsync($"CREATE DATABASE {database.name}");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        // Force: a killed process may still be connected.
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is our own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
