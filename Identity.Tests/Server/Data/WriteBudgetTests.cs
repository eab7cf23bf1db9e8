using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Data;

/// <summary>What each call may write: the write budget of the design.</summary>
public sealed class WriteBudgetTests(SqlHost host) : IClassFixture<SqlHost>
{
    [Fact]
    public async Task A_password_sign_in_with_a_refresh_token_is_one_commit()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "budget" });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["INSERT INTO refresh_families"], await host.WritesAsync(() => SucceedAsync(host.SignInAsync("web", "budget"))));
        }
    }

    [Fact]
    public async Task A_failure_is_one_commit()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "failing" });
        Assert.Equal(
            ["INSERT INTO throttle", "INSERT INTO throttle", "INSERT INTO throttle", "COMMIT"],
            await host.WritesAsync(() => host.SignInAsync("web", "failing", "wrong")));
        // After the window all is as before.
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["INSERT INTO refresh_families"], await host.WritesAsync(() => SucceedAsync(host.SignInAsync("web", "failing"))));
    }

    [Fact]
    public async Task Client_credentials_write_nothing() =>
        Assert.Empty(await host.WritesAsync(() => SucceedAsync(host.TokenAsync("web", ("grant_type", "client_credentials")))));

    [Fact]
    public async Task Reading_endpoints_write_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "reader" });
        var tokens = await host.SignInAsync("web", "reader");
        Assert.Empty(await host.WritesAsync(async () =>
        {
            await SucceedAsync(host.UserInfoAsync(tokens.AccessToken));
            await SucceedAsync(host.IntrospectAsync("watcher", tokens.AccessToken));
            await SucceedAsync(host.IntrospectAsync("watcher", tokens.RefreshToken));
            await SucceedAsync(host.GetAsync("/.well-known/openid-configuration"));
            await SucceedAsync(host.GetAsync("/.well-known/jwks"));
        }));
    }

    [Fact]
    public async Task A_refusal_of_a_client_or_a_request_writes_nothing() => Assert.Empty(await host.WritesAsync(async () =>
    {
        await host.PostRawAsync("/connect/token", "grant_type=client_credentials", authorization: RawRequest.Basic("web", "wrong"));
        await host.PostRawAsync("/connect/token", "grant_type=password", authorization: RawRequest.Basic("web"));
        await host.RefreshAsync("web", new string('A', 74));
    }));

    private static async Task SucceedAsync(Task<Answer> answer) => Assert.Equal(200, (await answer).Status);
}
