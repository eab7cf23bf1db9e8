using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Compat.RageFrame;

public sealed class SessionTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    private const string DeadToken = """{"code":401,"message":"找不到用户","data":{"name":"Unauthorized","message":"找不到用户","code":0,"status":401}}""";

    [Fact]
    public async Task A_login_ends_the_earlier_session_of_its_group_and_of_no_other()
    {
        var name = (await PersonAsync()).UserName!;
        var earlier = await LoginAsync(name, "app");
        var elsewhere = await LoginAsync(name, "wechat");
        var standard = await host.SignInAsync("web", name);
        var later = await LoginAsync(name, "app");

        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(earlier.Refresh)).Body);
        Assert.Equal(401, (await host.UserInfoAsync(earlier.Access)).Status);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", earlier.Access)).Body);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", earlier.Refresh)).Body);

        foreach (var alive in new[] { elsewhere.Access, later.Access, standard.AccessToken })
        {
            Assert.Equal(200, (await host.UserInfoAsync(alive)).Status);
            Assert.True((await host.IntrospectAsync("watcher", alive)).Json.GetProperty("active").GetBoolean());
        }

        Assert.Equal(200, (await host.RageFrameRefreshAsync(elsewhere.Refresh, "wechat")).Json.Number("code"));
        Assert.Equal(200, (await host.RageFrameRefreshAsync(later.Refresh)).Json.Number("code"));
        Assert.Equal(200, (await host.RefreshAsync("web", standard.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_login_ends_nobody_elses_session()
    {
        var (one, two) = (await PersonAsync(), await PersonAsync());
        var session = await LoginAsync(one.UserName!, "app");
        await LoginAsync(two.UserName!, "app");
        Assert.Equal(200, (await host.UserInfoAsync(session.Access)).Status);
        Assert.Equal(200, (await host.RageFrameRefreshAsync(session.Refresh)).Json.Number("code"));
    }

    [Fact]
    public async Task A_refused_login_ends_no_session()
    {
        var name = (await PersonAsync()).UserName!;
        var session = await LoginAsync(name, "app");
        await host.RageFrameLoginAsync(name, "app", "wrong password");
        await host.RageFrameLoginAsync(name, "none");
        Assert.Equal(200, (await host.UserInfoAsync(session.Access)).Status);
        Assert.Equal(200, (await host.RageFrameRefreshAsync(session.Refresh)).Json.Number("code"));
    }

    [Fact]
    public async Task Fifty_logins_at_once_leave_one_living_session()
    {
        var person = await PersonAsync();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => LoginAsync(person.UserName!, "app"))));
        Assert.Equal(1, await LivingAsync(person));

        var alive = new List<string>();
        foreach (var session in sessions)
        {
            if ((await host.UserInfoAsync(session.Access)).Status == 200)
            {
                alive.Add(session.Refresh);
            }
        }

        Assert.Equal(200, (await host.RageFrameRefreshAsync(Assert.Single(alive))).Json.Number("code"));
        Assert.Equal(50, sessions.Select(session => session.Refresh).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_refresh_token_works_in_its_own_group_only_and_survives_the_attempt_elsewhere()
    {
        var session = await LoginAsync((await PersonAsync()).UserName!, "miniProgram");
        foreach (var group in new[] { "app", "wechat", "miniprogram", "none", "" })
        {
            Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(session.Refresh, group)).Body);
        }

        Assert.Equal(200, (await host.RageFrameRefreshAsync(session.Refresh, "miniProgram")).Json.Number("code"));
    }

    [Fact]
    public async Task A_lost_answer_is_repeated_until_its_token_is_used()
    {
        var session = await LoginAsync((await PersonAsync()).UserName!, "app");
        var once = await RefreshAsync(session.Refresh);
        host.Clock.Advance(TimeSpan.FromSeconds(29));
        var again = await RefreshAsync(session.Refresh);
        Assert.Equal(once.Refresh, again.Refresh);
        Assert.NotEqual(once.Access, again.Access, StringComparer.Ordinal);

        var next = await RefreshAsync(again.Refresh);
        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(session.Refresh)).Body);

        // An old token after its successor was used is a theft: nobody keeps the session.
        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(next.Refresh)).Body);
        Assert.Equal(401, (await host.UserInfoAsync(next.Access)).Status);
    }

    [Fact]
    public async Task A_lost_answer_is_not_repeated_after_the_window()
    {
        var session = await LoginAsync((await PersonAsync()).UserName!, "app");
        var once = await RefreshAsync(session.Refresh);
        host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(session.Refresh)).Body);
        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(once.Refresh)).Body);
    }

    [Fact]
    public async Task Fifty_refreshes_at_once_get_the_same_token()
    {
        var session = await LoginAsync((await PersonAsync()).UserName!, "app");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => RefreshAsync(session.Refresh))));
        Assert.Single(answers.Select(answer => answer.Refresh).Distinct(StringComparer.Ordinal));
        Assert.Equal(200, (await host.RageFrameRefreshAsync(answers[0].Refresh)).Json.Number("code"));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("post")]
    [InlineData("app")]
    public async Task Another_clients_refresh_token_is_refused_like_a_bogus_one_and_stays_good(string client)
    {
        var name = (await PersonAsync()).UserName!;
        await LoginAsync(name, "app");
        var token = (await host.SignInAsync(client, name)).RefreshToken;
        foreach (var group in new[] { "app", "wechat", "" })
        {
            Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(token, group)).Body);
        }

        Assert.Equal(200, (await host.RefreshAsync(client, token)).Status);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("post")]
    [InlineData("app")]
    [InlineData("other")]
    public async Task A_RageFrame_refresh_token_is_refused_at_the_token_endpoint_and_stays_good(string client)
    {
        var session = await LoginAsync((await PersonAsync()).UserName!, "app");
        var answer = await host.RefreshAsync(client, session.Refresh);
        Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Text("error")));
        Assert.Equal((await host.RefreshAsync(client, "bogus")).Body, answer.Body);

        // Neither may it end what is not its own.
        Assert.Equal(400, (await host.PostAsync("/connect/revoke", client, ("token", session.Refresh))).Status);
        Assert.Equal(400, (await host.PostAsync("/connect/revoke", client, ("token", session.Access))).Status);
        Assert.Equal(200, (await host.UserInfoAsync(session.Access)).Status);
        Assert.Equal(200, (await host.RageFrameRefreshAsync(session.Refresh)).Json.Number("code"));
    }

    [Fact]
    public async Task The_session_of_a_disabled_member_is_over()
    {
        var person = await PersonAsync();
        var session = await LoginAsync(person.UserName!, "app");
        await host.SqlAsync($"UPDATE accounts SET disabled_at = 1 WHERE id = {person.Id}");
        Assert.Equal(DeadToken, (await host.RageFrameRefreshAsync(session.Refresh)).Body);
        Assert.Equal(401, (await host.UserInfoAsync(session.Access)).Status);
        Assert.Equal("""{"code":422,"message":"账号或者密码错误","data":[]}""", (await host.RageFrameLoginAsync(person.UserName!)).Body);
    }

    private Task<Account> PersonAsync() => host.AddAccountAsync(new NewAccount { UserName = $"p{Guid.NewGuid():N}" });

    private async Task<(string Access, string Refresh)> LoginAsync(string name, string group) => Tokens(await host.RageFrameLoginAsync(name, group));

    private async Task<(string Access, string Refresh)> RefreshAsync(string token) => Tokens(await host.RageFrameRefreshAsync(token));

    private static (string Access, string Refresh) Tokens(Answer answer)
    {
        Assert.Equal(200, answer.Json.Number("code"));
        return (answer.Data().Text("access_token"), answer.Data().Text("refresh_token"));
    }

    private Task<int> LivingAsync(Account person) => host.Store.ReadAsync(
        db => db.RefreshFamilies.CountAsync(row => row.AccountId == person.Id && row.ClientId == "rageframe" && row.RevokedAt == null), CancellationToken.None);
}
