using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Compat;

public sealed class NumbersTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    [Fact]
    public async Task An_account_has_one_number_in_each_API_and_keeps_it()
    {
        var (one, two) = (await PersonAsync(), await PersonAsync());

        // In another order at each door, so that a number shared by the APIs would show.
        var cloudMind = (await CloudMindAsync(one), await CloudMindAsync(two));
        var nleCloud = (await NleCloudAsync(two), await NleCloudAsync(one));
        Assert.NotEqual(cloudMind.Item1, cloudMind.Item2);
        Assert.NotEqual(nleCloud.Item1, nleCloud.Item2);
        Assert.True(cloudMind.Item1 < cloudMind.Item2 && nleCloud.Item1 < nleCloud.Item2);

        Assert.Equal(cloudMind, (await CloudMindAsync(one), await CloudMindAsync(two)));
        Assert.Equal(nleCloud, (await NleCloudAsync(two), await NleCloudAsync(one)));
        await host.RestartAsync();
        Assert.Equal(cloudMind, (await CloudMindAsync(one), await CloudMindAsync(two)));
    }

    [Fact]
    public async Task Numbers_begin_where_the_operator_says_and_pass_over_those_that_an_import_brought()
    {
        var (first, imported, last) = (await PersonAsync(), await PersonAsync(), await PersonAsync());
        var number = await RageFrameAsync(first);
        Assert.InRange(number, 1000, int.MaxValue);
        await host.ImportMemberAsync("rageframe", imported, number + 1);
        await host.ImportMemberAsync("nlecloud", last, 7_000_000);

        Assert.Equal(number + 2, await RageFrameAsync(last));
        Assert.Equal(number + 1, await RageFrameAsync(imported));
        Assert.Equal(7_000_000, await NleCloudAsync(last));
    }

    [Fact]
    public async Task Fifty_first_sign_ins_at_once_allot_one_number()
    {
        var person = await PersonAsync();
        var numbers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => NleCloudAsync(person))));
        Assert.Single(numbers.Distinct());
        var row = Assert.Single(await RowsAsync("nlecloud", [person.Id]));
        Assert.Equal((numbers[0], 50), (row.Number, row.VisitCount));
    }

    [Fact]
    public async Task Thirty_people_at_once_have_thirty_numbers()
    {
        var people = new List<Account>();
        for (var i = 0; i < 30; i++)
        {
            people.Add(await PersonAsync());
        }

        var numbers = await Task.WhenAll(people.Select(person => Task.Run(() => CloudMindAsync(person))));
        Assert.Equal(30, numbers.Distinct().Count());
        Assert.Equal(30, numbers.Max() - numbers.Min() + 1);
    }

    [Fact]
    public async Task Fifty_visits_at_once_are_told_fifty_counts()
    {
        var person = await PersonAsync();
        var visits = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => (await host.RageFrameLoginAsync(person.UserName!)).Data().GetProperty("member").Number("visit_count"))));
        Assert.Equal(Enumerable.Range(1, 50), visits.Order());
    }

    [Fact]
    public async Task Visits_are_counted_by_logins_and_refreshes_of_that_API_alone()
    {
        var person = await PersonAsync();
        await NleCloudAsync(person);
        await CloudMindAsync(person);
        var login = (await host.RageFrameLoginAsync(person.UserName!)).Data();
        Assert.Equal(1, login.GetProperty("member").Number("visit_count"));
        var refreshed = (await host.RageFrameRefreshAsync(login.Text("refresh_token"))).Data();
        Assert.Equal(2, refreshed.GetProperty("member").Number("visit_count"));

        Assert.Equal(422, (await host.RageFrameLoginAsync(person.UserName!, password: "wrong password")).Json.Number("code"));
        Assert.Equal(422, (await host.RageFrameLoginAsync(person.UserName!, group: "none")).Json.Number("code"));
        Assert.Equal(401, (await host.RageFrameRefreshAsync("bogus")).Json.Number("code"));
        Assert.Equal(3, (await host.RageFrameLoginAsync(person.UserName!, "wechat")).Data().GetProperty("member").Number("visit_count"));
    }

    [Fact]
    public async Task Each_APIs_access_token_carries_its_own_number_and_no_others_does()
    {
        var person = await PersonAsync();
        var refreshed = (await host.RageFrameLoginAsync(person.UserName!)).Data().Text("refresh_token");
        var tokens = new (string Api, string Claim, string Token)[]
        {
            ("cloudmind", "jwtUserId", (await host.CloudMindLoginAsync(person.Email!)).Text("accessToken")),
            ("nlecloud", "UserID", (await host.NleCloudLoginAsync(person.UserName!)).Data().Text("AccessToken")),
            ("rageframe", "member_id", (await host.RageFrameRefreshAsync(refreshed)).Data().Text("access_token")),
        };
        var claims = tokens.Select(token => token.Claim).ToList();
        foreach (var (api, claim, token) in tokens)
        {
            Assert.Equal(Assert.Single(await RowsAsync(api, [person.Id])).Number, Jwt.Payload(token).Number(claim));
            Assert.All(claims.Where(other => other != claim), other => Assert.False(Jwt.Payload(token).TryGetProperty(other, out _)));
        }

        var standard = Jwt.Payload((await host.SignInAsync("web", person.UserName!)).AccessToken);
        Assert.All(claims, claim => Assert.False(standard.TryGetProperty(claim, out _)));
    }

    private Task<Account> PersonAsync()
    {
        var name = $"p{Guid.NewGuid():N}";
        return host.AddAccountAsync(new NewAccount { UserName = name, Email = $"{name}@example.com", EmailVerified = true });
    }

    private async Task<int> CloudMindAsync(Account person) => Jwt.Payload((await host.CloudMindLoginAsync(person.Email!)).Text("accessToken")).Number("jwtUserId");

    private async Task<int> NleCloudAsync(Account person) => (await host.NleCloudLoginAsync(person.UserName!)).Data().Number("UserID");

    private async Task<int> RageFrameAsync(Account person) => (await host.RageFrameLoginAsync(person.UserName!)).Data().GetProperty("member").Number("id");

    private Task<List<LegacyMemberRow>> RowsAsync(string api, List<int> accounts) => host.Store.ReadAsync(
        db => db.LegacyMembers.AsNoTracking().Where(row => row.Api == api && accounts.Contains(row.AccountId)).ToListAsync(), CancellationToken.None);
}
