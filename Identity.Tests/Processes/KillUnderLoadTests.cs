using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>What a client has seen is on the disk: the process may be killed at any instant.</summary>
[Collection(OneAtATime.Name)]
public sealed class KillUnderLoadTests : IDisposable
{
    private const string Password = "correct horse battery";
    private const int Rounds = 3;
    private const int Chains = 8;

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_killed_server_forgets_no_token_and_no_revocation_that_a_client_saw()
    {
        // The replay window of the client is longer than a slow start, for a killed server may have rotated without answering.
        // An attempt that was being made when the server was killed stays counted, as it must: three kills are not to lock the account.
        var settings = folder.Write("test.json", new JsonObject
        {
            ["Accounts"] = new JsonObject { ["Throttle"] = new JsonObject { ["FailuresPerName"] = 1000, ["FailuresPerNameAndAddress"] = 1000 } },
            ["Clients"] = new JsonArray(new JsonObject
            {
                ["client_id"] = ServerProcess.Client,
                ["client_secret"] = Identity.Server.Clients.DemoClients.Secret,
                ["grant_types"] = new JsonArray("password", "refresh_token"),
                ["scope"] = "openid offline_access",
                ["first_party"] = true,
                ["refresh_replay_window"] = "00:10:00",
            }),
        });
        var (added, _, complaint) = await ServerProcess.RunAsync(folder, ["users", "add", "--config", settings, "--user-name", "load", "--password", Password, "--environment=Development"]);
        Assert.True(added == 0, complaint);

        var server = await ServerProcess.Serve(folder, "--config", settings).ReadyAsync();
        var seen = new ConcurrentDictionary<int, string>();
        var revoked = new ConcurrentBag<string>();
        for (var chain = 0; chain < Chains; chain++)
        {
            seen[chain] = (await server.SignInAsync("load", Password)).RefreshToken;
        }

        for (var round = 0; round < Rounds; round++)
        {
            var answers = 0;
            var load = Enumerable.Range(0, Chains).Select(chain => UntilKilledAsync(async () =>
                {
                    var answer = await server.RefreshAsync(seen[chain]);
                    Assert.True(answer.Status == 200, $"round {round}, chain {chain}: {answer.Body}");
                    seen[chain] = answer.RefreshToken;
                    Interlocked.Increment(ref answers);
                }))
                .Append(UntilKilledAsync(async () =>
                {
                    var answer = await server.SignInAsync("load", Password);
                    Assert.True(answer.Status == 200, $"round {round}: {answer.Body}");
                    seen[seen.Count] = answer.RefreshToken;
                }))
                .Append(UntilKilledAsync(async () =>
                {
                    var answer = await server.SignInAsync("load", Password);
                    Assert.True(answer.Status == 200, $"round {round}: {answer.Body}");
                    var token = answer.RefreshToken;
                    Assert.Equal(200, (await server.RevokeAsync(token)).Status);
                    revoked.Add(token);
                }))
                .ToList();

            // At a moment that differs in each round, and only once every kind of load runs.
            var enough = Random.Shared.Next(Chains * 2, Chains * 12);
            await server.UntilAsync(() => Volatile.Read(ref answers) >= enough && !revoked.IsEmpty && seen.Count > Chains, "answer under load");
            await server.KillAsync();
            await Task.WhenAll(load);
            await server.DisposeAsync();

            server = await ServerProcess.Serve(folder, "--config", settings).ReadyAsync();
            await Task.WhenAll(seen.Select(async pair =>
            {
                var (chain, token) = pair;
                // Twice: the answer may repeat a rotation that was committed and not seen; its successor must be good too.
                var once = await server.RefreshAsync(token);
                Assert.True(once.Status == 200, $"round {round}, chain {chain}: {once.Body}");
                var twice = await server.RefreshAsync(once.RefreshToken);
                Assert.True(twice.Status == 200, $"round {round}, chain {chain}, second: {twice.Body}");
                seen[chain] = twice.RefreshToken;
            }));

            foreach (var token in revoked)
            {
                Assert.Equal(400, (await server.RefreshAsync(token)).Status);
            }
        }

        Assert.NotEmpty(revoked);
        Assert.True(seen.Count > Chains, "No sign-in was answered under load.");
        await server.DisposeAsync();
    }

    private static Task UntilKilledAsync(Func<Task> act) => Task.Run(async () =>
    {
        try
        {
            while (true)
            {
                await act();
            }
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or ObjectDisposedException)
        {
            // The server is gone; what was not answered was not seen.
        }
    });
}
