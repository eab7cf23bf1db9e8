using System.CommandLine;
using Identity.Server.Data;
using Microsoft.Data.Sqlite;

namespace Identity.Server.Commands;

/// <summary><c>identity backup</c>: a copy of the SQLite file as it stands at one instant, taken beside running servers. It changes nothing, not even the schema: it is what one runs before a new version.</summary>
internal static class BackupCommand
{
    public static Command Of(Option<string[]> config)
    {
        var to = new Argument<string>("file") { Description = "Where the copy is written; it must not exist yet." };
        var backup = new Command("backup", "Copies the SQLite database while servers go on writing. The master key is not in it: keep its own copy, somewhere else.") { to };
        backup.TreatUnmatchedTokensAsErrors = false;
        backup.SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(async () =>
        {
            if (CommandRun.Stray(result) is { } stray)
            {
                return CommandRun.Refuse(stray);
            }

            await using var app = CommandRun.Build(result, config);
            var (address, file) = (app.Services.GetRequiredService<DatabaseAddress>(), Path.GetFullPath(result.GetValue(to)!));
            if (address.File is not { } source)
            {
                return CommandRun.Refuse("This database is PostgreSQL's: pg_dump makes its backup (docs/operations.md).");
            }

            if (!File.Exists(source))
            {
                return CommandRun.Refuse($"ConnectionStrings:Identity: {source} does not exist. Is this the folder of the server?");
            }

            if (File.Exists(file))
            {
                return CommandRun.Refuse($"{file} exists already.");
            }

            try
            {
                Copy(source, file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SqliteException)
            {
                return CommandRun.Refuse($"{file} could not be written: {failure.Message}");
            }

            Console.WriteLine($"{file}: {new FileInfo(file).Length} octets");
            return IdentityCommand.Success;
        }));
        return backup;
    }

    // Under another name until it is whole, so that nobody takes half a copy for one.
    private static void Copy(string source, string file)
    {
        var part = $"{file}.part";
        File.Delete(part);
        // Made before it is written, for hashes of passwords are nobody else's.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(part, options).Dispose();
        using (var from = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Pooling = false, DefaultTimeout = 30 }.ToString()))
        using (var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = part, Pooling = false }.ToString()))
        {
            from.Open();
            to.Open();
            // All pages under one read lock: in WAL mode nobody waits for it.
            from.BackupDatabase(to);
            using var check = to.CreateCommand();
            check.CommandText = "PRAGMA journal_mode = DELETE; PRAGMA quick_check";
            using var answer = check.ExecuteReader();
            answer.NextResult();
            if (!answer.Read() || answer.GetString(0) is not "ok")
            {
                throw new IOException("the copy is not sound.");
            }
        }

        using (var whole = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(whole);
        }

        File.Move(part, file);
    }
}
