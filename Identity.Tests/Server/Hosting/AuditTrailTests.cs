using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Hosting;

/// <summary>What the audit words leave in the database.</summary>
public sealed class AuditTrailTests(AuditTrailTests.QuietHost host) : IClassFixture<AuditTrailTests.QuietHost>
{
    [Fact]
    public async Task Each_line_says_when_what_who_from_where_by_which_client_and_with_which_outcome()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "audited" });
        var before = await LastAsync();
        await host.SignInAsync("web", "audited");
        await host.SignInAsync("web", "audited", "wrong");
        await host.SignInAsync("web", "nobody-at-all", "wrong");
        var lines = await SinceAsync(before);
        Assert.Equal(
            [
                ("SignedIn", account.Subject, "127.0.0.1", null, "ok", null),
                ("TokensIssued", account.Subject, "127.0.0.1", "web", "ok", """{"Grant":"password"}"""),
                ("SignInRefused", null, "127.0.0.1", null, "WrongPassword", null),
                ("TokenRefused", null, "127.0.0.1", "web", "WrongPassword", null),
                ("SignInRefused", null, "127.0.0.1", null, "UnknownAccount", null),
                ("TokenRefused", null, "127.0.0.1", "web", "UnknownAccount", null),
            ],
            lines.Select(line => (line.What, line.Subject, line.Address, line.ClientId, line.Outcome, line.Detail)));
        Assert.All(lines, line => Assert.Equal(host.Clock.GetUtcNow(), line.At));
        // The names that were tried are nobody's business, not even the trail's.
        Assert.DoesNotContain(lines, line => $"{line.Subject} {line.Detail}".Contains("nobody-at-all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_alarm_is_one()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "robbed" });
        var first = await host.SignInAsync("web", "robbed");
        await host.RefreshAsync("web", (await host.RefreshAsync("web", first.RefreshToken)).RefreshToken);
        var before = await LastAsync();
        await host.RefreshAsync("web", first.RefreshToken);
        var line = (await SinceAsync(before)).First(line => line.What is "RefreshReused");
        Assert.Equal(("alarm", "web", "127.0.0.1"), (line.Outcome, line.ClientId, line.Address));
        Assert.Matches("""^\{"Family":"[0-9a-f-]{36}"\}$""", line.Detail);
    }

    [Fact]
    public async Task A_clean_stop_loses_nothing()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "stopped" });
        var before = await LastAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.SignInAsync("web", "stopped")));
        // No timer fires here, so nothing is written before the stop.
        Assert.Equal(before, await host.ReadAsync(db => db.AuditEvents.MaxAsync(row => (long?)row.Id)) ?? 0);
        await host.RestartAsync();
        var lines = await host.ReadAsync(db => db.AuditEvents.AsNoTracking().Where(row => row.Id > before).ToListAsync());
        Assert.Equal(50, lines.Count(line => line.What is "SignedIn"));
        Assert.Equal(50, lines.Count(line => line.What is "TokensIssued"));
    }

    [Fact]
    public async Task A_trail_that_cannot_keep_up_says_how_much_it_lost()
    {
        var before = await LastAsync();
        var logger = host.Services.GetRequiredService<ILogger<AuditTrailTests>>();
        // Of another category: it is no word of ours.
        AuditLog.SessionsEnded(logger, "u_nobody");
        var ours = host.Services.GetRequiredService<ILogger<PasswordSignIn>>();
        for (var i = 0; i < 10_500; i++)
        {
            AuditLog.SessionsEnded(ours, "u_somebody");
        }

        var lines = await SinceAsync(before);
        Assert.Equal(10_000, lines.Count(line => line.What is "SessionsEnded"));
        Assert.Equal("""{"Count":"500"}""", Assert.Single(lines, line => line.What is "EventsLost").Detail);
        Assert.DoesNotContain(lines, line => line.Subject is "u_nobody");
    }

    [Fact]
    public async Task It_is_kept_for_its_days_and_no_longer()
    {
        await host.SignInAsync("web", "pruned", "wrong");
        var last = await LastAsync();
        var pruning = host.Services.GetRequiredService<Pruning>();
        host.Clock.Advance(TimeSpan.FromDays(30));
        await pruning.PruneAsync(CancellationToken.None);
        Assert.Equal(1, await host.ReadAsync(db => db.AuditEvents.CountAsync(row => row.Id == last)));
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await pruning.PruneAsync(CancellationToken.None);
        Assert.Equal(0, await host.ReadAsync(db => db.AuditEvents.CountAsync(row => row.Id <= last)));
    }

    private async Task<long> LastAsync()
    {
        await host.Services.GetRequiredService<AuditWriting>().FlushAsync(CancellationToken.None);
        return await host.ReadAsync(db => db.AuditEvents.MaxAsync(row => (long?)row.Id)) ?? 0;
    }

    private async Task<List<AuditEventRow>> SinceAsync(long id)
    {
        await host.Services.GetRequiredService<AuditWriting>().FlushAsync(CancellationToken.None);
        return await host.ReadAsync(db => db.AuditEvents.AsNoTracking().Where(row => row.Id > id).OrderBy(row => row.Id).ToListAsync());
    }

    /// <summary>An operator who wants to read errors only does not lose the trail by it.</summary>
    public sealed class QuietHost : IdentityHost
    {
        protected override IEnumerable<string> Settings => ["--Logging:LogLevel:Default=Error", "--Audit:RetentionDays=30", "--Accounts:Throttle:FailuresPerName=1000", "--Accounts:Throttle:FailuresPerNameAndAddress=1000", "--Accounts:Throttle:FailuresPerAddress=1000"];
    }
}
