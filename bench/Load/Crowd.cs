using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Bench.Load;

/// <summary>Many people in a SQLite file: copies of one who is there, with the columns that must differ made different.</summary>
internal static class Crowd
{
    /// <param name="file">Of a server that is not running, with an account of the name bench0x.</param>
    /// <param name="people">How many copies; they can sign in as copy1x, copy2x ... by the original's password.</param>
    public static void Gather(string file, int people)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var transaction = connection.BeginTransaction();
        var original = Convert.ToInt64(Ask("SELECT account_id FROM sign_in_names WHERE name = 'bench0x'"), CultureInfo.InvariantCulture);
        var first = Convert.ToInt64(Ask("SELECT MAX(id) FROM accounts"), CultureInfo.InvariantCulture);
        Copy("accounts", $"id = {original}", ("id", $"{first} + n"), ("subject", "lower(hex(randomblob(16)))"), ("user_name", "'copy' || n || 'x'"), ("email", "'copy' || n || 'x@example.com'"));
        Copy("sign_in_names", "name = 'bench0x'", ("name", "'copy' || n || 'x'"), ("account_id", $"{first} + n"));
        Copy(
            "refresh_families",
            $"id = (SELECT id FROM refresh_families WHERE account_id = {original} AND session_key IS NULL LIMIT 1)",
            ("id", "printf('%s-%s-%s-%s-%s', hex(randomblob(4)), hex(randomblob(2)), hex(randomblob(2)), hex(randomblob(2)), hex(randomblob(6)))"),
            ("account_id", $"{first} + n"),
            ("salt", "randomblob(16)"));
        transaction.Commit();
        Ask("PRAGMA wal_checkpoint(TRUNCATE)");

        void Copy(string table, string which, params (string Column, string Value)[] different)
        {
            var columns = new List<string>();
            using (var command = Command($"SELECT name FROM pragma_table_info('{table}')"))
            {
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    columns.Add(reader.GetString(0));
                }
            }

            var values = columns.Select(column => different.FirstOrDefault(one => string.Equals(one.Column, column, StringComparison.Ordinal)).Value ?? $"o.{column}");
            using var copy = Command($"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {people}) INSERT INTO {table} ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM counted, (SELECT * FROM {table} WHERE {which}) o");
            if (copy.ExecuteNonQuery() != people)
            {
                throw new InvalidOperationException($"{table}: nothing to copy.");
            }
        }

        object? Ask(string sql)
        {
            using var command = Command(sql);
            return command.ExecuteScalar();
        }

        SqliteCommand Command(string sql)
        {
            var command = connection.CreateCommand();
#pragma warning disable CA2100 // Words of this file and numbers.
            command.CommandText = sql;
#pragma warning restore CA2100
            return command;
        }
    }
}
