using Identity.Server.Accounts;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Jobs;

public sealed class PruningTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    [Fact]
    public async Task What_is_over_goes_and_what_still_counts_stays()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "pruned" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site", ("scope", "openid offline_access"))), "pruned");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        await host.SignInAsync("web", "pruned", "wrong");
        var pruning = host.Services.GetRequiredService<Pruning>();

        host.Clock.Advance(TimeSpan.FromDays(2));
        Assert.InRange(await pruning.PruneAsync(CancellationToken.None), 3, int.MaxValue);
        Assert.Equal((0, 0, 0, 1), await CountAsync());
        Assert.Equal(200, (await host.RefreshAsync("site", tokens.RefreshToken)).Status);

        host.Clock.Advance(TimeSpan.FromDays(62));
        await pruning.PruneAsync(CancellationToken.None);
        Assert.Equal((0, 0, 0, 0), await CountAsync());
    }

    [Fact]
    public async Task A_family_without_offline_access_ends_with_its_session()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "daily" });
        using var browser = new Browser(host);
        var back = await browser.SignInAsync(await browser.OpenAsync(CodeFlowHost.Request("site")), "daily");
        var tokens = await host.RedeemAsync("site", back.Parameter("code")!);
        host.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        var refreshed = await host.RefreshAsync("site", tokens.RefreshToken);
        Assert.Equal(200, refreshed.Status);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(400, (await host.RefreshAsync("site", refreshed.RefreshToken)).Status);
    }

    private Task<(int Requests, int Codes, int Counters, int Families)> CountAsync() => host.Store.ReadAsync(
        async db => (await db.AuthorizeRequests.CountAsync(), await db.AuthorizationCodes.CountAsync(), await db.Throttle.CountAsync(), await db.RefreshFamilies.CountAsync(row => row.ClientId == "site" && row.Sid == null)),
        CancellationToken.None);
}
