using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Sessions;

/// <summary>A session that ends on one node ends on the other: at once, where two seconds are promised, for no node remembers a session by itself.</summary>
public sealed class TwoNodesLogoutTests
{
    [Fact]
    public async Task On_one_SQLite_file()
    {
        await using var one = new Node([]);
        await one.InitializeAsync();
        await AssertAsync(one, $"--ConnectionStrings:Identity=Data Source={Path.Combine(one.Folder, "identity.db")}");
    }

    [Fact]
    public async Task On_one_PostgreSQL_database()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var key = Directory.CreateTempSubdirectory("identity-key-");
        string[] shared = [$"--ConnectionStrings:Identity={database.ConnectionString}", $"--Keys:MasterKeyFile={Path.Combine(key.FullName, "master.key")}"];
        await using (var one = new Node(shared))
        {
            await one.InitializeAsync();
            await AssertAsync(one, shared);
        }

        key.Delete(recursive: true);
    }

    private static async Task AssertAsync(Node one, params string[] shared)
    {
        await using var other = new Node([.. shared, $"--Issuer={one.Issuer}"]) { Clock = one.Clock };
        await other.InitializeAsync();
        await one.AddAccountAsync(new NewAccount { UserName = "shared" });
        using var browser = new Browser(one);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site")), "shared");
        // The code of one node is the other's to redeem.
        var tokens = await other.RedeemAsync("site", back.Parameter("code")!);
        Assert.Equal((200, 200), ((await one.UserInfoAsync(tokens.AccessToken)).Status, (await other.UserInfoAsync(tokens.AccessToken)).Status));

        await browser.OpenAsync($"/connect/endsession?id_token_hint={tokens.Text("id_token")}");
        Assert.Equal(401, (await other.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal("""{"active":false}""", (await other.IntrospectAsync("watcher", tokens.AccessToken)).Body);
        Assert.Equal("invalid_grant", (await other.RefreshAsync("site", tokens.RefreshToken)).Text("error"));
    }

    private sealed class Node(string[] settings) : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => settings;
    }
}
