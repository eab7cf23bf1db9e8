using Identity.Server.Accounts;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

public sealed class SqliteImportTests(SqliteStore store) : ImportContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresImportTests(PostgresStore store) : ImportContract(store), IClassFixture<PostgresStore>;

/// <summary>What an import leaves in the database, the same for both. Each test has numbers and names of its own.</summary>
public abstract class ImportContract
{
    private readonly StoreHost host;

    protected ImportContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task A_person_comes_over_with_number_counters_fields_and_hash()
    {
        const string Hash = "$2y$10$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm";
        var told = await ImportAsync("rageframe", $$"""
            {"id":1001,"username":"over 1","password_hash":"{{Hash}}","email":"over@example.com","email_verified":true,"nickname":"过来","sex":2,"user_money":"1.50","visit_count":8,"last_time":1527339048,"last_ip":"192.0.2.9","append":1511169880,"updated":1511169990,"groups":["app"],"status":10}
            {"id":1002,"username":"over2","password_hash":"b52ae4d7f3967a97f72da09e932d251f","password_scheme":"md5","status":0}
            {"id":1003,"username":"over3"}
            """);
        Assert.Equal((3, 0, 0), (told.Imported, told.AlreadyThere, told.Skipped));
        Assert.Empty(told.Lines);

        var (member, account) = await FindAsync("rageframe", 1001);
        Assert.Equal((8, 1527339048, "192.0.2.9"), (member.VisitCount, member.LastVisitAt.ToUnixTimeSeconds(), member.LastAddress));
        Assert.Equal("""{"user_money":"1.50","status":10,"groups":["app"]}""", member.Profile);
        Assert.Equal(("over 1", "过来", "female", Hash, true, null), (account.UserName, account.Nickname, account.Gender, account.PasswordHash, account.EmailConfirmed, account.DisabledAt));
        Assert.Equal((1511169880, 1511169990), (account.CreatedAt.ToUnixTimeSeconds(), account.UpdatedAt.ToUnixTimeSeconds()));
        Assert.Equal([("over 1", "user_name"), ("over@example.com", "email")], await NamesAsync(account));

        // What is fast to guess never lies there.
        var (_, weak) = await FindAsync("rageframe", 1002);
        Assert.StartsWith("$wrapped$1000$md5({password})$", weak.PasswordHash, StringComparison.Ordinal);
        Assert.NotNull(weak.DisabledAt);
        Assert.Null((await FindAsync("rageframe", 1003)).Account.PasswordHash);
        Assert.Equal(3, new[] { account.Subject, weak.Subject, account.SecurityStamp }.Distinct().Count());
    }

    [Fact]
    public async Task A_second_run_changes_nothing_and_brings_what_the_first_could_not()
    {
        const string First = """
            {"number":2001,"user_name":"again1"}
            {"number":2002,"user_name":"again2","password_hash":"damaged","password_scheme":"md5"}
            {"number":2003}
            """;
        var told = await ImportAsync("nlecloud", First);
        Assert.Equal((1, 0, 2), (told.Imported, told.AlreadyThere, told.Skipped));
        Assert.Equal(["2|2002|skipped|the hash has not the length or the letters of its scheme", "3|2003|skipped|there is nothing to sign in with"], told.Lines);
        var (member, account) = await FindAsync("nlecloud", 2001);

        told = await ImportAsync("nlecloud", First.Replace("\"damaged\"", "\"b52ae4d7f3967a97f72da09e932d251f\"", StringComparison.Ordinal).Replace("again1", "other name", StringComparison.Ordinal));
        Assert.Equal((1, 1, 1), (told.Imported, told.AlreadyThere, told.Skipped));
        var (memberAgain, accountAgain) = await FindAsync("nlecloud", 2001);
        Assert.Equal((account.Id, account.UserName, member.ImportedAt), (accountAgain.Id, accountAgain.UserName, memberAgain.ImportedAt));
    }

    [Fact]
    public async Task Who_is_there_keeps_the_name_and_what_was_proved_beats_what_was_not()
    {
        await host.Services.GetRequiredService<AccountRegistry>().CreateAsync(new NewAccount { UserName = "native", Email = "native@example.com", EmailVerified = true, Password = "correct horse battery" }, "test", default);
        foreach (var batch in new[] { 500, 1 })
        {
            var (from, tag) = batch == 1 ? (3100, "b") : (3000, "a");
            var told = await ImportAsync("rageframe", $$"""
                {"number":{{from + 1}},"user_name":"NATIVE","email":"{{tag}}1@example.com"}
                {"number":{{from + 2}},"user_name":"{{tag}}2","email":"native@example.com","email_verified":true}
                {"number":{{from + 3}},"user_name":"{{tag}}weak","email":"{{tag}}shared@example.com"}
                {"number":{{from + 4}},"user_name":"{{tag}}strong","email":"{{tag}}Shared@example.com","email_verified":true}
                {"number":{{from + 5}},"user_name":"{{tag}}late","email":"{{tag}}shared@example.com","email_verified":true}
                {"number":{{from + 6}},"user_name":"{{tag}}strong"}
                {"number":{{from + 7}},"email":"{{tag}}only@example.com"}
                {"number":{{from + 8}},"user_name":"{{tag}}8","email":"{{tag}}only@example.com","email_verified":true}
                {"number":{{from + 8}},"user_name":"{{tag}}twice"}
                """, batch);
            Assert.Equal((7, 2), (told.Imported, told.Skipped));
            Assert.Equal(["1", "2", "4", "5", "6", "6", "8", "9"], told.Lines.Select(line => line.Split('|')[0]));
            Assert.Contains(told.Lines, line => line.StartsWith($"6|{from + 6}|skipped|no sign-in name was left", StringComparison.Ordinal));
            Assert.Contains(told.Lines, line => line.StartsWith($"9|{from + 8}|skipped|line 8 has the same number", StringComparison.Ordinal));
            Assert.All(told.Lines, line => Assert.DoesNotContain("example.com", line));

            Assert.Equal([($"{tag}1@example.com", "user_name")], await NamesAsync((await FindAsync("rageframe", from + 1)).Account));
            Assert.Equal([($"{tag}2", "user_name")], await NamesAsync((await FindAsync("rageframe", from + 2)).Account));
            Assert.Equal([($"{tag}weak", "user_name")], await NamesAsync((await FindAsync("rageframe", from + 3)).Account));
            Assert.Equal([($"{tag}shared@example.com", "email"), ($"{tag}strong", "user_name")], await NamesAsync((await FindAsync("rageframe", from + 4)).Account));
            Assert.Equal([($"{tag}late", "user_name")], await NamesAsync((await FindAsync("rageframe", from + 5)).Account));
            // Whose only name went to its owner keeps account and number.
            Assert.Empty(await NamesAsync((await FindAsync("rageframe", from + 7)).Account));
            Assert.Equal([($"{tag}8", "user_name"), ($"{tag}only@example.com", "email")], await NamesAsync((await FindAsync("rageframe", from + 8)).Account));
        }
    }

    [Fact]
    public async Task New_numbers_go_on_above_imported_ones_and_a_number_of_this_server_is_left_alone()
    {
        var members = host.Services.GetRequiredService<LegacyMembers>();
        var before = await members.VisitAsync("cloudmind", await host.AddAccountAsync("numbered-before"), StoreHost.Caller, default);
        var told = await ImportAsync("cloudmind", $$"""
            {"number":{{before.Number}},"user_name":"numbered1"}
            {"number":4700,"user_name":"numbered2"}
            {"number":4500,"user_name":"numbered3"}
            """);
        Assert.Equal((2, 1), (told.Imported, told.Skipped));
        Assert.Equal([$"1|{before.Number}|skipped|the number belongs to an account of this server"], told.Lines);
        Assert.Equal(4701, (await members.VisitAsync("cloudmind", await host.AddAccountAsync("numbered-after"), StoreHost.Caller, default)).Number);
        // A later import of smaller numbers does not take it back.
        Assert.Equal(1, (await ImportAsync("cloudmind", """{"number":4600,"user_name":"numbered4"}""")).Imported);
        Assert.Equal(4702, (await members.VisitAsync("cloudmind", await host.AddAccountAsync("numbered-last"), StoreHost.Caller, default)).Number);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        const string People = """
            {"number":5001,"user_name":"dry1","password_hash":"b52ae4d7f3967a97f72da09e932d251f","password_scheme":"md5"}
            {"number":5002,"user_name":"dry2","email":"dry@example.com"}
            {"number":5003,"user_name":"dry3","email":"dry@example.com","email_verified":true}
            {"number":5004,"user_name":"dry1"}
            """;
        var before = await CountAsync();
        var dry = await host.Services.ImportAsync(host.Folder, "rageframe", People, dryRun: true, batch: 1);
        Assert.Equal(before, await CountAsync());
        var real = await ImportAsync("rageframe", People);
        Assert.Equal((real.Imported, real.Skipped), (dry.Imported, dry.Skipped));
        Assert.Equal(real.Lines, dry.Lines);

        Task<(int, int, int, int)> CountAsync() => host.Store.ReadAsync(
            async db => (await db.Accounts.CountAsync(), await db.SignInNames.CountAsync(), await db.LegacyMembers.CountAsync(), await db.LegacyCounters.SumAsync(counter => counter.NextNumber)), default);
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_bring_each_person_once()
    {
        var people = string.Join('\n', Enumerable.Range(0, 300).Select(i => $$"""{"number":{{6000 + i}},"user_name":"race{{i}}","email":"race{{i}}@example.com","email_verified":true}"""));
        var other = await host.AddNodeAsync();
        var told = await Task.WhenAll(
            Task.Run(() => host.Services.ImportAsync(host.Folder, "nlecloud", people, batch: 20)),
            Task.Run(() => other.ImportAsync(host.Folder, "nlecloud", people, batch: 20)));
        Assert.Equal(300, told.Sum(run => run.Imported));
        Assert.Equal(300, told.Sum(run => run.AlreadyThere));
        Assert.Equal(0, told.Sum(run => run.Skipped));
        Assert.Equal(600, await host.Store.ReadAsync(db => db.SignInNames.CountAsync(row => row.Name.StartsWith("race")), default));
        Assert.Equal(300, await host.Store.ReadAsync(db => db.Accounts.CountAsync(row => row.UserName!.StartsWith("race")), default));
    }

    [Fact]
    public async Task A_name_that_somebody_registers_during_an_import_has_one_owner()
    {
        var people = string.Join('\n', Enumerable.Range(0, 100).Select(i => $$"""{"number":{{7000 + i}},"user_name":"live{{i}}","email":"livemail{{i}}@example.com"}"""));
        var registry = (await host.AddNodeAsync()).GetRequiredService<AccountRegistry>();
        var registering = Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => registry.CreateAsync(new NewAccount { UserName = $"live{2 * i}", Password = "correct horse battery" }, "test", default))));
        var told = await host.Services.ImportAsync(host.Folder, "nlecloud", people, batch: 10);
        var registered = await registering;
        Assert.Equal(100, told.Imported);
        // Whoever lost has the other name, or no account.
        Assert.Equal(50 - registered.Count(outcome => outcome.Account is null), told.Lines.Count(line => line.Contains("user_name is the sign-in name of another account")));
        Assert.Equal(200, await host.Store.ReadAsync(db => db.SignInNames.CountAsync(row => row.Name.StartsWith("live")), default));
    }

    private Task<Importing.Told> ImportAsync(string api, string text, int batch = 500) => host.Services.ImportAsync(host.Folder, api, text, batch: batch);

    private Task<(LegacyMemberRow Member, Account Account)> FindAsync(string api, int number) => host.Store.ReadAsync(
        async db =>
        {
            var member = await db.LegacyMembers.AsNoTracking().Include(row => row.Account).SingleAsync(row => row.Api == api && row.Number == number);
            return (member, member.Account!);
        },
        default);

    private async Task<List<(string Name, string Kind)>> NamesAsync(Account account) => [.. (await host.Store.ReadAsync(
        db => db.SignInNames.AsNoTracking().Where(row => row.AccountId == account.Id).ToListAsync(), default)).OrderBy(row => row.Name, StringComparer.Ordinal).Select(row => (row.Name, row.Kind))];
}
