using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Server.Accounts;

/// <summary>A rush of sign-ins: one password is hashed at a time, two may wait, and the test holds the hand that hashes.</summary>
public sealed class HashQueueTests(HashQueueTests.Host host) : IClassFixture<HashQueueTests.Host>
{
    private const string Name = "rush";

    [Fact]
    public async Task A_full_queue_answers_503_in_each_tongue_and_everything_else_still_answers()
    {
        await host.AddAccountAsync(new NewAccount { UserName = Name, Email = "rush@example.com", EmailVerified = true, Nickname = "Rush" });
        var good = await host.SignInAsync("web", Name, scope: "openid");
        using var browser = new Browser(host);
        var page = await browser.OpenAsync("/sign-in");

        host.Hand.Reset();
        var waiting = Enumerable.Range(0, 3).Select(_ => host.SignInAsync("web", Name)).ToList();
        await host.Hand.BusyAsync();
        while (!host.Services.GetRequiredService<HashQueue>().IsFull)
        {
            await Task.Yield();
        }

        foreach (var name in new[] { Name, "nobody-has-this-name" })
        {
            var refused = await host.SignInAsync("web", name);
            Assert.Equal((503, "temporarily_unavailable"), (refused.Status, refused.Json.GetProperty("error").GetString()));
            Assert.InRange(int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        }

        var cloudMind = await host.CloudMindLoginAsync("rush@example.com");
        Assert.Equal((503, 503), (cloudMind.Status, cloudMind.Json.Number("code")));
        Assert.Equal("服务器繁忙，请稍后再试", cloudMind.Json.Text("msg"));
        Assert.True(cloudMind.Headers.ContainsKey("Retry-After"));
        var nleCloud = await host.NleCloudLoginAsync(Name);
        Assert.Equal((200, 2, 503), (nleCloud.Status, nleCloud.Json.Number("Status"), nleCloud.Json.Number("StatusCode")));
        Assert.True(nleCloud.Headers.ContainsKey("Retry-After"));
        var rageFrame = await host.RageFrameLoginAsync(Name);
        Assert.Equal((200, 503), (rageFrame.Status, rageFrame.Json.Number("code")));
        Assert.True(rageFrame.Headers.ContainsKey("Retry-After"));
        var typed = await browser.SubmitAsync(page, "Sign in", ("username", Name), ("password", "correct horse battery"));
        Assert.Equal(503, typed.Answer.Status);
        Assert.Contains("Please try again in a few seconds.", typed.Answer.Body, StringComparison.Ordinal);
        // What was typed, the password excepted, is never lost.
        Assert.Equal(Name, typed.Field("username"));

        Assert.Equal(200, (await host.TokenAsync("web", ("grant_type", "client_credentials"), ("scope", "api"))).Status);
        Assert.Equal(200, (await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", good.RefreshToken!))).Status);
        Assert.Equal(200, (await host.UserInfoAsync(good.AccessToken)).Status);
        Assert.Equal(200, (await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration"))).Status);
        Assert.All(waiting, one => Assert.False(one.IsCompleted));

        host.Hand.Set();
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(200, answer.Status));
        // Nobody who was sent away has failed.
        Assert.Equal(200, (await host.SignInAsync("web", Name)).Status);
    }

    public sealed class Host : IdentityHost
    {
        internal HeldHasher Hand => (HeldHasher)Services.GetRequiredService<IPasswordHasher<Account>>();

        protected override IEnumerable<string> Settings => ["--Accounts:Hashing:Concurrency=1", "--Accounts:Hashing:Queue=2"];

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<Account>, HeldHasher>());
    }

    /// <summary>The server's own hasher, which stops as long as the test wants.</summary>
    internal sealed class HeldHasher(IOptions<PasswordHasherOptions> options) : IPasswordHasher<Account>, IDisposable
    {
        private readonly AccountPasswordHasher hasher = new(options);
        private readonly ManualResetEventSlim open = new(initialState: true);
        private TaskCompletionSource busy = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task BusyAsync() => busy.Task;

        public void Reset()
        {
            busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
            open.Reset();
        }

        public void Set() => open.Set();

        public string HashPassword(Account user, string password) => hasher.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            busy.TrySetResult();
            open.Wait();
            return hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }

        public void Dispose() => open.Dispose();
    }
}
