using System.Collections.Concurrent;

namespace Identity.Tests.Support;

/// <summary>
/// Clients and browsers that never rest, and remember everything that was answered: chains of refresh tokens, new sign-ins,
/// revocations, and browsers whose session answers one authorization request after another.
/// </summary>
internal sealed class NodesUnderLoad : IAsyncDisposable
{
    private const int Chains = 4;
    private const int Browsers = 2;

    private readonly ThreeNodes nodes;
    private readonly bool unansweredIsFailure;
    private readonly ConcurrentDictionary<int, string> seen = [];
    private readonly ConcurrentBag<string> revoked = [];
    private readonly List<Browser> browsers = [];
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim answered = new(0);
    private readonly List<Task> tasks = [];

    private NodesUnderLoad(ThreeNodes nodes, bool unansweredIsFailure) => (this.nodes, this.unansweredIsFailure) = (nodes, unansweredIsFailure);

    public static async Task<NodesUnderLoad> BeginAsync(ThreeNodes nodes, bool unansweredIsFailure)
    {
        var load = new NodesUnderLoad(nodes, unansweredIsFailure);
        for (var chain = 0; chain < Chains; chain++)
        {
            var at = chain;
            load.seen[at] = (await nodes.SignInAsync("lei")).RefreshToken;
            load.Repeat(async () =>
            {
                var answer = await nodes.RefreshAsync(load.seen[at]);
                Assert.True(answer.Status == 200, answer.Body);
                load.seen[at] = answer.RefreshToken;
            });
        }

        for (var i = 0; i < Browsers; i++)
        {
            var browser = nodes.Browser();
            load.browsers.Add(browser);
            Assert.NotNull((await browser.ArriveAsync(CodeFlowHost.Request("web"), "lei")).Parameter("code"));
            load.Repeat(async () =>
            {
                var code = (await browser.OpenAsync(CodeFlowHost.Request("web", ("prompt", "none")))).Parameter("code");
                Assert.NotNull(code);
                var answer = await nodes.RedeemAsync(code);
                Assert.True(answer.Status == 200, answer.Body);
            });
        }

        load.Repeat(async () =>
        {
            var answer = await nodes.SignInAsync("lei");
            Assert.True(answer.Status == 200, answer.Body);
            load.seen[load.seen.Count] = answer.RefreshToken;
        });
        load.Repeat(async () =>
        {
            var token = (await nodes.SignInAsync("lei")).RefreshToken;
            Assert.Equal(200, (await nodes.PostAsync("/connect/revoke", "web", ("token", token))).Status);
            load.revoked.Add(token);
        });
        return load;
    }

    /// <summary>Waits for so many acts that begin and end well from now on; fails when one does not.</summary>
    public async Task UntilAnswersAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            while (!await answered.WaitAsync(TimeSpan.FromSeconds(30)))
            {
                Assert.Fail("Nothing is answered any more.");
            }

            await Task.WhenAll(tasks.Where(task => task.IsFaulted));
        }
    }

    /// <summary>Lets each finish what it does.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(tasks);
    }

    /// <summary>Every token that was seen goes on, every revocation that was seen stands, every browser is still signed in.</summary>
    public async Task AssertNothingLostAsync()
    {
        Assert.NotEmpty(revoked);
        Assert.True(seen.Count > Chains, "No sign-in was answered under load.");
        await Parallel.ForEachAsync(seen, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (pair, _) =>
        {
            // Twice: the answer may repeat a rotation that was committed and not seen; its successor must be good too.
            var once = await nodes.RefreshAsync(pair.Value);
            Assert.True(once.Status == 200, once.Body);
            var twice = await nodes.RefreshAsync(once.RefreshToken);
            Assert.True(twice.Status == 200, twice.Body);
            seen[pair.Key] = twice.RefreshToken;
        });
        await Parallel.ForEachAsync(revoked, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (token, _) => Assert.Equal(400, (await nodes.RefreshAsync(token)).Status));
        foreach (var browser in browsers)
        {
            Assert.NotNull((await browser.OpenAsync(CodeFlowHost.Request("web", ("prompt", "none")))).Parameter("code"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(tasks);
        }
        finally
        {
            browsers.ForEach(browser => browser.Dispose());
            stop.Dispose();
            answered.Dispose();
        }
    }

    private void Repeat(Func<Task> act) => tasks.Add(Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await act();
                answered.Release();
            }
            catch (Exception broken) when (!unansweredIsFailure && broken is HttpRequestException or IOException)
            {
                // Not answered, and so not seen: asked again at another node.
            }
        }
    }));
}
