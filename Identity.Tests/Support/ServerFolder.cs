using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Identity.Tests.Support;

/// <summary>A folder for the real executable: its working directory, and so the place of its database, key and mail.</summary>
internal sealed class ServerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("identity-process-").FullName;

    public string Database => In("identity.db");

    public string MasterKey => In("identity.key");

    /// <summary>A file in the folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a settings file and answers its path.</summary>
    public string Write(string name, JsonObject settings) => Write(name, settings.ToJsonString());

    public string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    /// <summary>Every octet of the database as it lies on the disk, its write-ahead log included.</summary>
    public byte[] DatabaseOctets() =>
        [.. Directory.EnumerateFiles(Path, "identity.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)];

    /// <summary>Copies the database as a thief would: the files, and not the key.</summary>
    public ServerFolder Stolen()
    {
        var copy = new ServerFolder();
        foreach (var file in Directory.EnumerateFiles(Path, "identity.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, copy.In(System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>The rows of a query, while no server writes.</summary>
    public IReadOnlyList<IReadOnlyList<object>> Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<IReadOnlyList<object>>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
