using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Data;

/// <summary>How often each hot request goes to the database.</summary>
public sealed class SqlBudgetTests(SqlHost host) : IClassFixture<SqlHost>
{
    [Fact]
    public async Task Client_credentials_ask_the_database_nothing() =>
        Assert.Empty(await host.CommandsAsync(() => SucceedAsync(host.TokenAsync("web", ("grant_type", "client_credentials")))));

    [Fact]
    public async Task A_refresh_is_one_look_at_family_and_account_and_one_write()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "refreshing" });
        var token = (await host.SignInAsync("web", "refreshing")).RefreshToken;
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["SELECT", "UPDATE"], await host.CommandsAsync(async () => token = (await host.RefreshAsync("web", token)).RefreshToken));
        }
    }

    [Fact]
    public async Task A_legacy_refresh_is_a_refresh_and_the_visit()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "visiting" });
        var token = (await host.RageFrameLoginAsync("visiting")).Data().Text("refresh_token");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["SELECT", "UPDATE", "UPDATE"], await host.CommandsAsync(async () => token = (await host.RageFrameRefreshAsync(token)).Data().Text("refresh_token")));
        }
    }

    [Fact]
    public async Task Userinfo_and_introspection_are_one_look_each_remembered_signature_or_not()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "looked" });
        var tokens = await host.SignInAsync("web", "looked");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["SELECT"], await host.CommandsAsync(() => SucceedAsync(host.UserInfoAsync(tokens.AccessToken))));
            Assert.Equal(["SELECT"], await host.CommandsAsync(() => SucceedAsync(host.IntrospectAsync("watcher", tokens.AccessToken))));
            Assert.Equal(["SELECT"], await host.CommandsAsync(() => SucceedAsync(host.IntrospectAsync("watcher", tokens.RefreshToken))));
        }
    }

    [Fact]
    public async Task Documents_ask_the_database_nothing() => Assert.Empty(await host.CommandsAsync(async () =>
    {
        await SucceedAsync(host.GetAsync("/.well-known/openid-configuration"));
        await SucceedAsync(host.GetAsync("/.well-known/jwks"));
    }));

    private static async Task SucceedAsync(Task<Answer> answer) => Assert.Equal(200, (await answer).Status);
}
