using System.Diagnostics;
using System.Text.Json;
using Identity.Tests.Support;
using Npgsql;

namespace Identity.Tests.Processes;

/// <summary>A database that came back from a backup, by the commands of docs/operations.md: every family that is in it goes on, and what was revoked later is revoked again.</summary>
[Collection(OneAtATime.Name)]
public sealed class BackupTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SQLite_by_the_backup_command_beside_a_server_that_writes() => await AssertComesBackAsync(
        [],
        async () =>
        {
            var (exitCode, output, error) = await RunAsync("backup", folder.In("copy.db"));
            Assert.True(exitCode == 0, error);
            Assert.StartsWith($"{folder.In("copy.db")}: ", output, StringComparison.Ordinal);
            Assert.Equal((1, "", $"{folder.In("copy.db")} exists already.\n"), await RunAsync("backup", folder.In("copy.db")));
            Assert.False(File.Exists(folder.In("copy.db.part")));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.In("copy.db")));
            }
        },
        () =>
        {
            foreach (var file in Directory.EnumerateFiles(folder.Path, "identity.db*"))
            {
                File.Delete(file);
            }

            File.Copy(folder.In("copy.db"), folder.Database);
            return Task.CompletedTask;
        });

    [Fact]
    public async Task PostgreSQL_by_pg_dump_beside_a_server_that_writes()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        string[] settings = [$"--ConnectionStrings:Identity={database.ConnectionString}", $"--Keys:MasterKeyFile={folder.MasterKey}"];
        await AssertComesBackAsync(
            settings,
            async () =>
            {
                Assert.Equal((1, "", "This database is PostgreSQL's: pg_dump makes its backup (docs/operations.md).\n"), await RunAsync(["backup", folder.In("copy.db"), .. settings]));
                await PostgresAsync(database, "pg_dump", "--format=custom", $"--file={folder.In("copy.dump")}");
            },
            () => PostgresAsync(database, "pg_restore", "--clean", "--if-exists", "--single-transaction", $"--dbname={new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}", folder.In("copy.dump")));
    }

    private async Task AssertComesBackAsync(string[] settings, Func<Task> backup, Func<Task> restore)
    {
        foreach (var name in (string[])["lei", "han", "wei", "mei"])
        {
            var (exitCode, _, complaint) = await RunAsync(["users", "add", "--user-name", name, "--password", Password, .. settings]);
            Assert.True(exitCode == 0, complaint);
        }

        string since, trail;
        var living = new List<string>();
        Answer revoked, locked, ended, later, single;
        await using (var server = await ServerProcess.Serve(folder, settings).ReadyAsync())
        {
            for (var i = 0; i < 3; i++)
            {
                living.Add((await server.SignInAsync("lei", Password)).RefreshToken);
            }

            (revoked, locked, ended, single) = (await server.SignInAsync("lei", Password), await server.SignInAsync("han", Password), await server.SignInAsync("mei", Password), await server.SignInAsync("lei", Password));
            since = TimeProvider.System.GetUtcNow().ToString("O");
            await backup();

            // An hour's work: the families move on, each by another length, and some things are ended.
            for (var chain = 0; chain < living.Count; chain++)
            {
                for (var step = 0; step < chain * 2; step++)
                {
                    living[chain] = (await server.RefreshAsync(living[chain])).RefreshToken;
                }
            }

            Assert.Equal(200, (await server.RevokeAsync(revoked.RefreshToken)).Status);
            Assert.Equal(200, (await server.RevokeAsync(single.AccessToken)).Status);
            Assert.Equal(0, (await RunAsync(["users", "lock", "han", .. settings])).ExitCode);
            Assert.Equal(0, (await RunAsync(["users", "revoke", "mei", .. settings])).ExitCode);
            Assert.Equal(0, (await ServerProcess.RunAsync(folder, ["users", "set-password", "wei", "--password-stdin", "--environment=Development", .. settings], input: "another password\n")).ExitCode);
            later = await server.SignInAsync("lei", Password);
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
        }

        trail = folder.Write("trail.jsonl", (await RunAsync(["audit", "tail", "--json", "--lines", "100000", .. settings])).Output);
        await restore();
        var report = await CheckAsync(since, trail, settings);
        // The family, the access token, the lock and what it ended, what was ended for mei, and for wei by the new password.
        Assert.Equal(6, report.GetProperty("applied").GetInt32());
        Assert.Equal(0, report.GetProperty("unreadable").GetInt32());
        Assert.EndsWith("identity users set-password, or let the person set it.", Assert.Single(report.GetProperty("to_do").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await CheckAsync(since, trail, settings)).GetProperty("applied").GetInt32());

        await using var again = await ServerProcess.Serve(folder, settings).ReadyAsync();
        foreach (var token in living)
        {
            var answer = await again.RefreshAsync(token);
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Equal(200, (await again.RefreshAsync(answer.RefreshToken)).Status);
        }

        foreach (var gone in (Answer[])[revoked, locked, ended])
        {
            Assert.Equal(400, (await again.RefreshAsync(gone.RefreshToken)).Status);
            Assert.Equal(401, (await again.GetAsync("/connect/userinfo", gone.AccessToken)).Status);
        }

        Assert.Equal((401, 200), ((await again.GetAsync("/connect/userinfo", single.AccessToken)).Status, (await again.RefreshAsync(single.RefreshToken)).Status));
        Assert.Equal((400, 200), ((await again.SignInAsync("han", Password)).Status, (await again.SignInAsync("mei", Password)).Status));
        // Younger than the backup: nobody knows it any more, and its owner signs in anew.
        Assert.Equal(400, (await again.RefreshAsync(later.RefreshToken)).Status);
        Assert.Equal(200, (await again.SignInAsync("lei", Password)).Status);
    }

    private async Task<JsonElement> CheckAsync(string since, string trail, string[] settings)
    {
        var (exitCode, output, error) = await RunAsync(["restore-check", "--since", since, "--trail", trail, "--json", .. settings]);
        Assert.True(exitCode == 0, error);
        return JsonElement.Parse(output);
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] command) => ServerProcess.RunAsync(folder, [.. command, "--environment=Development"]);

    private static async Task PostgresAsync(PostgresDatabase database, string program, params string[] arguments)
    {
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        NpgsqlConnection.ClearAllPools();
        // Debian keeps each version's programs in a folder of its own; the newest reads the older ones' databases.
        var path = Directory.EnumerateFiles("/usr/lib/postgresql", program, SearchOption.AllDirectories).OrderBy(one => one, StringComparer.Ordinal).LastOrDefault() ?? program;
        var start = new ProcessStartInfo(path, arguments) { UseShellExecute = false, RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"], start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) =
            (address.Host, address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), address.Username, address.Password, address.Database);
        using var run = Process.Start(start)!;
        var complaint = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 0, complaint);
    }
}
