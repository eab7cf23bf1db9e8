using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary><c>identity import</c>, as an operator types it.</summary>
[Collection(OneAtATime.Name)]
public sealed class ImportTests : IDisposable
{
    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_comes_over_with_progress_a_report_and_an_exit_code_and_a_second_run_is_harmless()
    {
        folder.Write("users.jsonl", """
            {"id":1,"username":"one","password_hash":"c4ca4238a0b923820dcc509a6f75849b","password_scheme":"md5"}
            {"id":2,"username":"two","email":"ONE@example.com","secret_column":"do not print me"}
            no json
            {"id":3,"username":"one"}
            """);
        var (code, output, error) = await ImportAsync("users.jsonl");
        Assert.Equal((65, "imported 1, already there 0, skipped 3, remarks 1; see import-report.tsv\n"), (code, output));
        Assert.Contains("4 rows, 1 with fast hashes to be wrapped, 1 without a password\nwrapping takes about 0:0", error);
        Assert.Contains("100 % 4 of 4 rows", error.Replace("100%", "100 %", StringComparison.Ordinal));
        var report = await File.ReadAllTextAsync(folder.In("import-report.tsv"));
        Assert.Contains("2\t2\tskipped\ta column is not known (see --ignore)\n3\t\tskipped\tthe line is no JSON object, or has a column twice\n4\t3\tremark\tuser_name is the sign-in name of line 1 and was dropped\n4\t3\tskipped\tno sign-in name was left\n", report);
        foreach (var secret in new[] { "c4ca4238", "do not print me", "example.com" })
        {
            Assert.DoesNotContain(secret, report + output + error, StringComparison.OrdinalIgnoreCase);
        }

        (code, output, _) = await ImportAsync("users.jsonl", "--ignore", "secret_column");
        Assert.Equal((65, "imported 1, already there 1, skipped 2, remarks 1; see import-report.tsv\n"), (code, output));
        Assert.Equal(2L, folder.Query("SELECT count(*) FROM accounts")[0][0]);

        folder.Write("more.csv", "number,user_name\n4,four\n");
        (code, output, _) = await ImportAsync("more.csv");
        Assert.Equal((0, "imported 1, already there 0, skipped 0, remarks 0; see import-report.tsv\n"), (code, output));
        Assert.Equal(5L, folder.Query("SELECT next_number FROM legacy_counters WHERE api = 'rageframe'")[0][0]);
    }

    [Fact]
    public async Task A_dry_run_makes_no_database_and_leaves_one_as_it_is()
    {
        folder.Write("users.csv", "number,user_name,password_hash\n1,one,c4ca4238a0b923820dcc509a6f75849b\n");
        var (code, output, error) = await ImportAsync("users.csv", "--dry-run", "--password-scheme", "md5");
        Assert.Equal((0, "would import 1, already there 0, skipped 0, remarks 0; see import-report.tsv\n"), (code, output));
        Assert.DoesNotContain("wrapping takes", error);
        Assert.False(File.Exists(folder.Database));
        Assert.False(File.Exists(folder.MasterKey));

        Assert.Equal(0, (await ImportAsync("users.csv", "--password-scheme", "md5")).Code);
        folder.Write("more.csv", "number,user_name\n2,two\n1,one\n");
        (_, output, _) = await ImportAsync("more.csv", "--dry-run");
        Assert.Equal("would import 1, already there 1, skipped 0, remarks 0; see import-report.tsv\n", output);
        Assert.Equal(1L, folder.Query("SELECT count(*) FROM accounts")[0][0]);
    }

    [Fact]
    public async Task A_command_line_or_a_file_that_is_wrong_is_refused_before_anything_is_made()
    {
        folder.Write("users.jsonl", """{"number":1,"user_name":"one"}""");
        folder.Write("users.csv", "number,user_name\n1,\"one\n2,two\n");
        await File.WriteAllBytesAsync(folder.In("gbk.jsonl"), [.. "{\"number\":1,\"user_name\":\""u8, 0xC3, 0xF7, .. "\"}"u8]);
        await Task.WhenAll(
            RefusedAsync("--api must be", "--api", "qq", "users.jsonl"),
            RefusedAsync("none.jsonl cannot be read", "--api", "rageframe", "none.jsonl"),
            RefusedAsync("never closed", "--api", "rageframe", "users.csv"),
            RefusedAsync("GB18030", "--api", "rageframe", "gbk.jsonl"),
            RefusedAsync("--wrap-iterations", "--api", "rageframe", "users.jsonl", "--wrap-iterations", "10"),
            RefusedAsync("--password-scheme", "--api", "rageframe", "users.jsonl", "--password-scheme", "rot13"),
            RefusedAsync("--dry-rum", "--api", "rageframe", "users.jsonl", "--dry-rum"),
            RefusedAsync("cannot be written", "--api", "rageframe", "users.jsonl", "--report", "missing/report.tsv"),
            RefusedAsync("Settings stand after the file", "--api", "rageframe", "--Accounts:PasswordIterations=1", "users.jsonl"));
        Assert.False(File.Exists(folder.Database));

        async Task RefusedAsync(string reason, params string[] arguments)
        {
            var (code, _, error) = await ServerProcess.RunAsync(folder, ["import", .. arguments, "--environment=Development"]);
            Assert.Equal(1, code);
            Assert.Contains(reason, error);
        }
    }

    /// <summary>Killed again and again, at whatever place: the last run ends where an undisturbed one ends.</summary>
    [Fact]
    public async Task A_killed_import_is_begun_again_and_comes_to_the_same_end()
    {
        const int People = 3_000;
        // Every tenth has a mailbox that the next one proves.
        folder.Write("users.jsonl", string.Join('\n', Enumerable.Range(1, People).Select(i =>
            $$"""{"number":{{i}},"user_name":"user{{i}}","email":"mail{{i / 10}}@example.com","email_verified":{{(i % 10 == 1 ? "true" : "false")}},"visit_count":{{i}},"password_hash":"{{(i % 7 == 0 ? "c4ca4238a0b923820dcc509a6f75849b" : "")}}","password_scheme":"md5"}""")));
        var killed = 0;
        for (var wanted = 500L; wanted < People; wanted += 1_500)
        {
            await using var import = ServerProcess.Start(folder, ["import", "--api", "rageframe", "users.jsonl", "--wrap-iterations", "20000", "--environment=Development"]);
            await import.UntilAsync(() => import.HasExited || Imported() >= wanted, "import some");
            if (!import.HasExited)
            {
                await import.KillAsync();
                killed++;
            }
        }

        Assert.True(killed > 0, "Nothing was killed.");
        var there = Imported();
        Assert.InRange(there, 500, People - 1);
        Assert.Equal(0, there % 500);
        var (code, output, _) = await ImportAsync("users.jsonl", "--wrap-iterations", "1000");
        Assert.Equal(0, code);
        Assert.StartsWith(FormattableString.Invariant($"imported {People - there:N0}, already there {there:N0}, skipped 0,"), output, StringComparison.Ordinal);

        using var undisturbed = new ServerFolder();
        undisturbed.Write("users.jsonl", await File.ReadAllTextAsync(folder.In("users.jsonl")));
        Assert.Equal(0, (await ServerProcess.RunAsync(undisturbed, ["import", "--api", "rageframe", "users.jsonl", "--wrap-iterations", "1000", "--environment=Development"])).ExitCode);
        const string Everything = """
            SELECT members.number, members.visit_count, accounts.user_name, accounts.email, accounts.password_hash IS NULL,
                (SELECT group_concat(name || '/' || kind) FROM (SELECT name, kind FROM sign_in_names WHERE account_id = accounts.id ORDER BY name))
            FROM legacy_members AS members JOIN accounts ON accounts.id = members.account_id ORDER BY members.number
            """;
        Assert.Equal(undisturbed.Query(Everything).Select(row => string.Join('|', row)), folder.Query(Everything).Select(row => string.Join('|', row)));
        Assert.Equal((long)People, folder.Query("SELECT count(*) FROM accounts")[0][0]);
        Assert.Equal((long)People + 1, folder.Query("SELECT next_number FROM legacy_counters")[0][0]);

        long Imported()
        {
            try
            {
                return File.Exists(folder.Database) ? (long)folder.Query("SELECT count(*) FROM legacy_members")[0][0] : 0;
            }
            catch (Microsoft.Data.Sqlite.SqliteException)
            {
                // Not migrated yet.
                return 0;
            }
        }
    }

    private async Task<(int Code, string Output, string Error)> ImportAsync(params string[] arguments) =>
        await ServerProcess.RunAsync(folder, ["import", "--api", "rageframe", .. arguments, "--Accounts:PasswordIterations=1", "--environment=Development"]);
}
