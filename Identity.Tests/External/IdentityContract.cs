using System.Net;
using System.Text;
using Identity.OpenId.Errors;
using Identity.Server.Data;
using Identity.Server.External;
using Identity.Server.External.Weixin;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.External;

public sealed class SqliteIdentityTests(SqliteStore store) : IdentityContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresIdentityTests(PostgresStore store) : IdentityContract(store), IClassFixture<PostgresStore>;

/// <summary>External identities on a real database, with crowds and several nodes.</summary>
public abstract class IdentityContract
{
    private const int Crowd = 50;

    private readonly StoreHost host;

    protected IdentityContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task Fifty_first_sign_ins_of_one_unionid_through_two_apps_on_two_nodes_make_one_account()
    {
        var nodes = new[] { host.Services, await host.AddNodeAsync() };
        var before = await CountAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => Task.Run(() => SignInAsync(User(i % 2 == 0 ? "web" : "mini", $"o-race-{i % 2}", "u-race"), nodes[i / 2 % 2]))));
        Assert.Single(results.Select(result => result.Succeeded(out var account, out _) ? account.Id : 0).Distinct());
        Assert.Equal(before + 1, await CountAsync());
        Assert.Equal(2, await host.Store.ReadAsync(db => db.ExternalIdentities.CountAsync(row => row.UnionId == "u-race"), default));
    }

    [Fact]
    public async Task Fifty_first_sign_ins_of_one_openid_make_one_account()
    {
        var before = await CountAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => Task.Run(() => SignInAsync(User("web", "o-alone", null)))));
        Assert.Single(results.Select(Id).Distinct());
        Assert.Equal(before + 1, await CountAsync());
    }

    [Fact]
    public async Task Fifty_back_fills_of_one_openid_end_in_one_union()
    {
        var first = Id(await SignInAsync(User("web", "o-late", null)));
        var results = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => Task.Run(() => SignInAsync(User("web", "o-late", "u-late")))));
        Assert.Equal([first], results.Select(Id).Distinct());
        Assert.Equal(first, Id(await SignInAsync(User("mini", "o-other", "u-late"))));
    }

    [Fact]
    public async Task Identifiers_differ_by_case_and_by_kind()
    {
        var ids = new[]
        {
            Id(await SignInAsync(User("web", "o-case", null))), Id(await SignInAsync(User("web", "o-CASE", null))), Id(await SignInAsync(User("web", "o-x1", "u-case"))), Id(await SignInAsync(User("web", "o-x2", "u-CASE"))),
            // An openid that reads like another person's unionid.
            Id(await SignInAsync(User("web", "u-case", null))),
            Id(await SignInAsync(User("web", "o-x3", "o-case"))),
        };
        Assert.Distinct(ids);
    }

    [Fact]
    public async Task A_unionid_belongs_to_its_developer_and_provider()
    {
        var ids = new[]
        {
            Id(await SignInAsync(User("dev1", "o-d", "u-dev"))),
            Id(await SignInAsync(User("dev2", "o-d", "u-dev", developer: "second"))),
            Id(await SignInAsync(User("dev1", "o-d", "u-dev", provider: ExternalApp.QQ))),
        };
        Assert.Distinct(ids);
    }

    [Fact]
    public async Task An_ordinary_sign_in_writes_nothing()
    {
        var user = User("web", "o-quiet", "u-quiet");
        var id = Id(await SignInAsync(user));
        var stamp = await host.Store.ReadAsync(db => db.ExternalIdentities.AsNoTracking().SingleAsync(row => row.OpenId == "o-quiet"), default);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(id, Id(await SignInAsync(user)));
        // snsapi_base tells no unionid: what is known stays known.
        Assert.Equal(id, Id(await SignInAsync(user with { UnionId = null })));
        var after = await host.Store.ReadAsync(db => db.ExternalIdentities.AsNoTracking().SingleAsync(row => row.OpenId == "o-quiet"), default);
        Assert.Equal((stamp.LinkedAt, stamp.UnionId), (after.LinkedAt, after.UnionId));
    }

    [Fact]
    public async Task Two_links_that_are_taken_away_at_once_leave_one()
    {
        for (var round = 0; round < 10; round++)
        {
            var first = User("web", $"o-left-{round}", null);
            var account = (await SignInAsync(first)).Succeeded(out var made, out _) ? made : null;
            Assert.True((await Service<ExternalSignIn>().LinkAsync(User("mini", $"o-right-{round}", $"u-right-{round}"), account!, default)).Succeeded(out _, out _));
            var links = await Service<ExternalLinks>().OfAsync(account!.Id, default);
            Assert.Equal(2, links.Count);
            var removed = await Task.WhenAll(links.Select(link => Task.Run(() => Service<ExternalLinks>().RemoveAsync(account, link.Key, null, default))));
            Assert.Single(removed, done => done);
            Assert.Single(await Service<ExternalLinks>().OfAsync(account.Id, default));
        }
    }

    [Fact]
    public async Task Somebody_elses_link_cannot_be_taken_away()
    {
        var account = (await SignInAsync(User("web", "o-mine", "u-mine"))).Succeeded(out var made, out _) ? made : null;
        var link = Assert.Single(await Service<ExternalLinks>().OfAsync(account!.Id, default));
        Assert.False(await Service<ExternalLinks>().RemoveAsync(await host.AddAccountAsync("taker"), link.Key, null, default));
        Assert.Single(await Service<ExternalLinks>().OfAsync(account.Id, default));
    }

    [Fact]
    public async Task Fifty_who_need_the_apps_token_on_two_nodes_fetch_it_once()
    {
        var nodes = new[] { host.Services, await host.AddNodeAsync() };
        using var provider = new Provider();
        using var client = new HttpClient(provider);
        var calls = new ProviderCalls(client, TimeSpan.FromSeconds(30), NullLogger.Instance);
        var app = User("tokens", "o", null).App;
        var tokens = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => Task.Run(() => nodes[i % 2].GetRequiredService<WeixinAppTokens>().GetAsync(calls, app, default))));
        Assert.Equal(["token-1"], tokens.Select(result => result.Succeeded(out var token, out _) ? token : "none").Distinct());
        Assert.Equal(1, provider.Asked);

        // Before its end, and once.
        host.Clock.Advance(TimeSpan.FromSeconds(7200 - 299));
        tokens = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => Task.Run(() => nodes[i % 2].GetRequiredService<WeixinAppTokens>().GetAsync(calls, app, default))));
        Assert.Equal(["token-2"], tokens.Select(result => result.Succeeded(out var token, out _) ? token : "none").Distinct());
        Assert.Equal(2, provider.Asked);
    }

    [Fact]
    public async Task A_node_that_died_with_the_lease_holds_nobody_back_for_long()
    {
        using var provider = new Provider();
        using var client = new HttpClient(provider);
        var app = User("lease", "o", null).App;
        await host.Store.WriteAsync(db => db.Database.ExecuteSqlAsync($"INSERT INTO external_app_tokens (app_id, token, expires_at, leased_until) VALUES ({app.AppId}, NULL, 0, {(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(10)).ToUnixTimeMilliseconds()})"), default);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True((await Service<WeixinAppTokens>().GetAsync(new ProviderCalls(client, TimeSpan.FromSeconds(5), NullLogger.Instance), app, default)).Succeeded(out _, out _));
    }

    private static ExternalUser User(string app, string openId, string? unionId, string developer = "default", string provider = ExternalApp.WeChat) =>
        new(new ExternalApp { Provider = provider, Name = app, Kind = ExternalAppKind.Website, AppId = $"wx{app}", Secret = "s", Developer = developer }, openId, unionId) { NicknameAsync = _ => Task.FromResult<string?>("n") };

    private static int Id(Result<Account> result) => result.Succeeded(out var account, out var error) ? account.Id : throw new InvalidOperationException(error.Description);

    private T Service<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    private Task<Result<Account>> SignInAsync(ExternalUser user, IServiceProvider? node = null) => (node ?? host.Services).GetRequiredService<ExternalSignIn>().SignInAsync(user, StoreHost.Caller, default);

    private Task<int> CountAsync() => host.Store.ReadAsync(db => db.Accounts.CountAsync(), default);

    private sealed class Provider : HttpMessageHandler
    {
        private int asked;

        public int Asked => asked;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = $$"""{"access_token":"token-{{Interlocked.Increment(ref asked)}}","expires_in":7200}""";
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        }
    }
}
