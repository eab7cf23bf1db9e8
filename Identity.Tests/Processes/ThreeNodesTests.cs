using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Identity.Tests.Support;
using Npgsql;

namespace Identity.Tests.Processes;

/// <summary>Three processes on one PostgreSQL database: each request may go to any of them, and nobody can tell.</summary>
[Collection(OneAtATime.Name)]
public sealed class ThreeNodesTests : IClassFixture<ThreeNodes>
{
    private const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly ThreeNodes nodes;

    public ThreeNodesTests(ThreeNodes nodes)
    {
        this.nodes = nodes;
        if (PostgresDatabase.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task The_code_flow_goes_through_any_nodes_and_a_logout_counts_on_all()
    {
        nodes.Balancer.Answers.Clear();
        for (var walk = 0; walk < 2; walk++)
        {
            using var browser = nodes.Browser();
            var code = (await browser.ArriveAsync(CodeFlowHost.Request("web"), "lei")).Parameter("code");
            Assert.NotNull(code);
            var racers = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => nodes.RedeemAsync(code)));
            Assert.Single(racers, racer => racer.Status == 200);

            // That was a thief's race, so it ended what the winner got; the browser's session goes on.
            var again = (await browser.OpenAsync(CodeFlowHost.Request("web", ("prompt", "none")))).Parameter("code");
            Assert.NotNull(again);
            var tokens = await nodes.RedeemAsync(again);
            Assert.True(tokens.Status == 200, tokens.Body);
            var claims = Jwt.Payload(tokens.Text("id_token"));
            Assert.Equal(claims.GetProperty("sub").GetString(), (await nodes.UserInfoAsync(tokens.AccessToken)).Text("sub"));

            Assert.Equal("You are signed out", (await browser.OpenAsync($"/connect/endsession?id_token_hint={tokens.Text("id_token")}")).Heading);
            for (var node = 0; node < 6; node++)
            {
                Assert.Equal("login_required", (await browser.OpenAsync(CodeFlowHost.Request("web", ("prompt", "none")))).Parameter("error"));
                Assert.Equal(401, (await nodes.UserInfoAsync(tokens.AccessToken)).Status);
            }
        }

        Assert.Equal(nodes.Nodes.Count, nodes.Balancer.Answers.Count);
    }

    [Fact]
    public async Task Racers_on_all_nodes_get_one_successor()
    {
        var token = (await nodes.SignInAsync("lei")).RefreshToken;
        for (var round = 0; round < 5; round++)
        {
            var racers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => nodes.RefreshAsync(token)));
            Assert.All(racers, racer => Assert.True(racer.Status == 200, racer.Body));
            token = Assert.Single(racers.Select(racer => racer.RefreshToken).Distinct(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_guesser_on_all_nodes_has_no_more_guesses_and_the_lock_holds_everywhere()
    {
        await using var database = NpgsqlDataSource.Create(nodes.ConnectionString);
        var before = await CountAsync(database, "WrongPassword");
        var guesses = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => nodes.SignInAsync("han", "wrong")));
        Assert.All(guesses, guess => Assert.Equal(400, guess.Status));
        foreach (var node in nodes.Nodes)
        {
            var locked = await node.PostAsync("/connect/token", [("grant_type", "password"), ("username", "han"), ("password", ThreeNodes.Password)], "web", IdentityHost.Secret);
            Assert.Equal("invalid_grant", locked.Text("error"));
        }

        // As many as on one node, and at most one more for each of the others, whose charge may still have been in memory.
        await SmtpServer.UntilAsync(async () => await CountAsync(database, "Locked") + await CountAsync(database, "WrongPassword") - before >= 33, "the trail of a guesser");
        Assert.InRange(await CountAsync(database, "WrongPassword") - before, 5, 5 + nodes.Nodes.Count - 1);

        await nodes.RunAsync("users", "unlock", "han");
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await nodes.SignInAsync("han")).Status);
        }
    }

    [Fact]
    public async Task A_key_that_an_operator_retires_signs_on_no_node_two_seconds_later_and_its_tokens_stay_good()
    {
        var before = (await nodes.SignInAsync("lei")).AccessToken;
        var old = Jwt.Header(before).GetProperty("kid").GetString();
        await nodes.RunAsync("keys", "rotate", "--now");
        await SmtpServer.UntilAsync(
            async () => (await Task.WhenAll(nodes.Nodes.Select(async node => Kid(await node.PostAsync("/connect/token", [("grant_type", "client_credentials")], "web", IdentityHost.Secret))))).Distinct(StringComparer.Ordinal).ToList() is [var kid] && kid != old
                && (await Task.WhenAll(nodes.Nodes.Select(async node => (await node.GetAsync("/.well-known/jwks")).Body))).Distinct(StringComparer.Ordinal).Count() == 1,
            "one new key and one key set on all nodes");
        foreach (var node in nodes.Nodes)
        {
            Assert.Equal(200, (await node.GetAsync("/connect/userinfo", before)).Status);
        }

        static string? Kid(Answer answer) => Jwt.Header(answer.AccessToken).GetProperty("kid").GetString();
    }

    [Fact]
    public async Task A_device_is_let_in_by_one_node_and_gets_its_tokens_once_from_any()
    {
        var device = await nodes.PostAsync("/connect/device", null, ("client_id", "tv"), ("scope", "openid offline_access"));
        Assert.True(device.Status == 200, device.Body);
        using var browser = nodes.Browser();
        var page = await browser.SignInAsync(await browser.OpenAsync(device.Text("verification_uri_complete")), "lei");
        page = await browser.SubmitAsync(page, "Continue");
        Assert.Equal("The device is connected", (await browser.SubmitAsync(page, "Allow")).Heading);
        var polls = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => nodes.PostAsync("/connect/token", null, ("grant_type", DeviceGrant), ("device_code", device.Text("device_code")), ("client_id", "tv"))));
        var tokens = Assert.Single(polls, poll => poll.Status == 200);
        Assert.Equal(200, (await nodes.PostAsync("/connect/token", null, ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), ("client_id", "tv"))).Status);
    }

    [Fact]
    public async Task A_code_by_mail_is_sent_once_and_taken_once_by_any_node()
    {
        const string Mailbox = "new@example.com";
        Assert.Equal(200, (await nodes.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = Mailbox })).Status);
        await SmtpServer.UntilAsync(() => Task.FromResult(nodes.Mails().Any()), "a mail");
        var code = Regex.Match(Assert.Single(nodes.Mails()), "Your code is ([0-9]{6})").Groups[1].Value;
        var racers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => nodes.PostJsonAsync("/usercenter/v1/login/Register", new JsonObject { ["email"] = Mailbox, ["code"] = code, ["nickName"] = "New", ["passWord"] = ThreeNodes.Password })));
        Assert.Single(racers, racer => racer.Status == 200);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await nodes.PostJsonAsync("/usercenter/v1/login/EmailLogin", new JsonObject { ["email"] = Mailbox, ["passWord"] = ThreeNodes.Password })).Status);
        }

        // Every node has looked into the outbox meanwhile.
        Assert.Single(nodes.Mails());
    }

    [Fact]
    public async Task A_node_killed_in_the_middle_takes_nothing_with_it_that_was_answered()
    {
        await using var load = await NodesUnderLoad.BeginAsync(nodes, unansweredIsFailure: false);
        var victim = nodes.Nodes[0];
        await load.UntilAnswersAsync(60);
        await victim.KillAsync();
        // The other two go on, and the load with them.
        await load.UntilAnswersAsync(60);
        await load.EndAsync();
        await nodes.ForgetAsync(victim);
        await load.AssertNothingLostAsync();
        await nodes.StartAsync();
        await load.AssertNothingLostAsync();
    }

    [Fact]
    public async Task A_rolling_restart_onto_a_wider_schema_fails_no_request_where_the_balancer_honours_readiness()
    {
        using var stop = new CancellationTokenSource();
        var watch = WatchAsync(stop.Token);
        await using var load = await NodesUnderLoad.BeginAsync(nodes, unansweredIsFailure: true);
        await load.UntilAnswersAsync(50);
        var expanded = false;
        foreach (var node in nodes.Nodes.ToList())
        {
            node.Terminate();
            Assert.Equal(0, await node.EndAsync());
            Assert.Equal("", node.Error);
            await nodes.ForgetAsync(node);
            await load.UntilAnswersAsync(20);
            await nodes.StartAsync();
            await load.UntilAnswersAsync(20);
            if (!expanded)
            {
                // What a migration may do is done, and those that know nothing of it go on beside it.
                await ExpandAsync();
                expanded = true;
            }
        }

        await load.EndAsync();
        await stop.CancelAsync();
        await watch;
        await load.AssertNothingLostAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string outcome)
    {
        await using var command = database.CreateCommand("SELECT COUNT(*) FROM audit_events WHERE event_id = 2002 AND outcome = $1");
        command.Parameters.Add(new() { Value = outcome });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Everything that a later version may do to every table, and the number of its step.</summary>
    private async Task ExpandAsync()
    {
        await using var database = NpgsqlDataSource.Create(nodes.ConnectionString);
        await using var command = database.CreateCommand(
            """
            DO $$ DECLARE t text; BEGIN
                FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                    EXECUTE format('ALTER TABLE %I ADD COLUMN later_text TEXT NULL, ADD COLUMN later_number INTEGER NOT NULL DEFAULT 7', t);
                    EXECUTE format('CREATE INDEX ON %I (later_number)', t);
                END LOOP;
                CREATE TABLE later_table (id INTEGER NOT NULL PRIMARY KEY);
                INSERT INTO schema_versions (number) VALUES (9999);
            END $$
            """);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await command.ExecuteNonQueryAsync();
                return;
            }
            catch (PostgresException deadlock) when (deadlock.SqlState is PostgresErrorCodes.DeadlockDetected && attempt < 6)
            {
                // As our own migrations do: nothing of it stands, and it is tried again.
            }
        }
    }

    /// <summary>The balancer's probes: a node whose readiness is red gets nothing more.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var probe = new HttpClient();
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var node in nodes.Balancer.Nodes)
                {
                    try
                    {
                        using var answer = await probe.GetAsync(new Uri(node, "/health/ready"), stop);
                        if (answer.IsSuccessStatusCode)
                        {
                            continue;
                        }
                    }
                    catch (HttpRequestException)
                    {
                        // Gone.
                    }

                    nodes.Balancer.Remove(node);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how watching ends.
        }
    }
}
