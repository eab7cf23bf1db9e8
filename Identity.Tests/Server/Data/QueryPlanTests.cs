using System.Text.RegularExpressions;
using Identity.Server.Accounts;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Issuing;
using Identity.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Identity.Tests.Server.Data;

/// <summary>A browser's whole way and every grant, with each statement kept.</summary>
public sealed class PlannedHost : CodeFlowHost
{
    /// <summary>What was sent to the database since the start, each text once.</summary>
    public IReadOnlyList<string> Statements =>
    [
        .. Log.Lines
            .Select(line => line.Event.Id switch
            {
                20101 => line.Text[(line.Text.IndexOf('\n', StringComparison.Ordinal) + 1)..],
                1106 => line.Text["Executing ".Length..],
                _ => null,
            })
            .OfType<string>().Select(text => text.Trim()).Where(text => Regex.IsMatch(text, "^(SELECT|INSERT|UPDATE|DELETE)")).Distinct(StringComparer.Ordinal),
    ];

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database", LogLevel.Debug);
        builder.Logging.AddFilter("Identity.Server.Data.IdentityStore", LogLevel.Debug);
    }

    public IReadOnlyList<string> Explain(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "identity.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {statement}";
        foreach (Match name in Regex.Matches(statement, @"@\w+"))
        {
            if (!command.Parameters.Contains(name.Value))
            {
                command.Parameters.AddWithValue(name.Value, 1);
            }
        }

        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }
}

/// <summary>No request may read a table from end to end, however small the test's is.</summary>
public sealed class QueryPlanTests(PlannedHost host) : IClassFixture<PlannedHost>
{
    // Lists that are written out in the statement itself (json_each) have no index and need none.
    private static bool IsScan(string step) => step.StartsWith("SCAN", StringComparison.Ordinal) && step is not "SCAN CONSTANT ROW" && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal);

    [Fact]
    public async Task No_statement_of_a_request_scans_a_table()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "planned", Email = "planned@example.com" });
        // The start reads whole tables, and may: clients, keys, changes.
        var before = host.Statements;
        await RequestAsync();
        var asked = host.Statements.Except(before, StringComparer.Ordinal).ToList();
        // Else nothing was listened to.
        foreach (var table in new[] { "refresh_families", "accounts", "revoked_tokens", "sessions", "authorization_codes", "sign_in_names", "throttle", "reference_tokens", "device_codes", "legacy_members" })
        {
            Assert.Contains(asked, statement => statement.Contains(table, StringComparison.Ordinal));
        }

        var scans = asked.Select(statement => (Statement: statement, Step: host.Explain(statement).FirstOrDefault(IsScan))).Where(one => one.Step is not null);
        Assert.Empty(scans.Select(one => $"{one.Step}: {one.Statement}"));
    }

    [Fact]
    public void A_scan_is_seen() => Assert.Contains(host.Explain("SELECT jti FROM revoked_tokens WHERE expires_at + 1 < @p0"), IsScan);

    private async Task RequestAsync()
    {
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid profile offline_access"))), "planned");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        Assert.Equal(200, (tokens = await host.RefreshAsync("site", tokens.RefreshToken)).Status);
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(200, (await host.IntrospectAsync("watcher", tokens.AccessToken)).Status);
        Assert.Equal(200, (await host.IntrospectAsync("watcher", tokens.RefreshToken)).Status);
        Assert.Equal(200, (await host.PostAsync("/connect/revoke", "site", ("token", tokens.AccessToken))).Status);
        Assert.Equal(200, (await host.PostAsync("/connect/revoke", "site", ("token", tokens.RefreshToken))).Status);
        back = await browser.OpenAsync(CodeFlowHost.Request("reference", ("scope", "openid offline_access")));
        tokens = await host.RedeemAsync("reference", back.Parameter("code")!);
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.NotEqual(200, (await host.SignInAsync("web", "planned", "wrong")).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await host.SignInAsync("web", "planned")).Status);
        Assert.Equal(200, (await host.TokenAsync("web", ("grant_type", "client_credentials"))).Status);
        Assert.Equal(200, (await host.UserInfoAsync((await host.RefreshAsync("web", (await host.SignInAsync("web", "planned")).RefreshToken)).AccessToken)).Status);
        var device = await host.PostAsync("/connect/device", "tv", ("scope", "profile"));
        Assert.Equal(200, device.Status);
        await host.TokenAsync("tv", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", device.Text("device_code")!));
        Assert.Equal(200, (await LegacyAsync("/Users/Login", "Account=planned&Password=correct+horse+battery")).Status);
        var legacy = await LegacyAsync("/v1/site/login", "username=planned&password=correct+horse+battery&group=app");
        Assert.Equal(200, (await LegacyAsync("/v1/site/refresh", $"group=app&refresh_token={legacy.Json.GetProperty("data").GetProperty("refresh_token").GetString()}")).Status);
    }

    private Task<Answer> LegacyAsync(string path, string form) => host.PostRawAsync(path, form);
}

public sealed class PostgresQueryPlanTests(PostgresStore store) : IClassFixture<PostgresStore>
{
    [Fact]
    public async Task The_prepared_statements_scan_nothing_on_PostgreSQL_either()
    {
        if (store.Missing is { } reason)
        {
            Assert.Skip(reason);
        }

        var (bySubject, byId, _) = AccessTokens.Looking(store.Store);
        foreach (var statement in new[] { RefreshFamilies.Rotate, RefreshFamilies.FastForward, RefreshFamilies.Finding(store.Store).Statement, AccessTokens.FindRevoked, bySubject, byId, LegacyMembers.Counting(store.Store).Statement })
        {
            var plan = await ExplainAsync(statement);
            Assert.True(plan.Count > 0 && !plan.Any(step => step.Contains("Seq Scan", StringComparison.Ordinal)), string.Join('\n', [statement.Text, .. plan]));
        }
    }

    // In a table of three rows a scan is the best plan; so the planner is told that it is not, and shows whether there is another.
    private Task<List<string>> ExplainAsync(Statement statement) => store.Store.ReadAsync(
        async db =>
        {
            var connection = (Npgsql.NpgsqlConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database);
            await connection.OpenAsync();
            var values = string.Join(", ", Regex.Matches(statement.Text, @"@p\d").Select(name => name.Value).Distinct(StringComparer.Ordinal).Select(_ => "NULL"));
            await ExecuteAsync("SET enable_seqscan = off");
            await ExecuteAsync("SET plan_cache_mode = force_generic_plan");
            await ExecuteAsync($"PREPARE planned AS {Regex.Replace(statement.Text, @"@p(\d)", match => $"${int.Parse(match.Groups[1].Value, null) + 1}")}");
            await using var explain = new Npgsql.NpgsqlCommand($"EXPLAIN EXECUTE planned({values})", connection);
            var steps = new List<string>();
            await using (var reader = await explain.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    steps.Add(reader.GetString(0));
                }
            }

            await ExecuteAsync("DEALLOCATE planned");
            await ExecuteAsync("RESET ALL");
            await connection.CloseAsync();
            return steps;

            async Task ExecuteAsync(string sql)
            {
                await using var command = new Npgsql.NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
            }
        },
        CancellationToken.None);
}
