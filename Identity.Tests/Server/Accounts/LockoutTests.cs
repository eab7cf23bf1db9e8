using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

public sealed class LockoutTests(ProxiedHost host) : IClassFixture<ProxiedHost>
{
    private const string Wrong = """{"error":"invalid_grant","error_description":"The user name or the password is wrong."}""";
    private const string Locked = """{"error":"invalid_grant","error_description":"Too many failed attempts; try again later."}""";
    private const string Right = "correct horse battery";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static int address;

    [Theory]
    [InlineData("known", true)]
    [InlineData("unknown", false)]
    [InlineData("no@name@at.all", false)]
    public async Task Five_failures_lock_a_name_for_one_two_four_eight_and_then_fifteen_minutes(string name, bool known)
    {
        if (known)
        {
            await host.AddAccountAsync(new NewAccount { UserName = name });
        }

        for (var i = 0; i < 4; i++)
        {
            (await FailAsync(name)).IsRefusal(400, Wrong);
        }

        foreach (var minutes in new[] { 1, 2, 4, 8, 15, 15, 15 })
        {
            // The failure that locks is told as a wrong password, those behind it are not even looked at.
            (await FailAsync(name)).IsRefusal(400, Wrong);
            var hashes = host.Hasher.Verified;
            (await FailAsync(name)).IsRefusal(400, Locked);
            host.Clock.Advance(TimeSpan.FromMinutes(minutes) - Second);
            (await FailAsync(name)).IsRefusal(400, Locked);
            (await host.SignInFromAsync(Address(), name, Right)).IsRefusal(400, Locked);
            Assert.Equal(hashes, host.Hasher.Verified);
            host.Clock.Advance(Second);
        }

        Assert.Equal(known ? 200 : 400, (await host.SignInFromAsync(Address(), name, Right)).Status);
    }

    [Fact]
    public async Task A_lock_holds_for_every_spelling_of_the_name()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "Spelling" });
        foreach (var name in new[] { "spelling", "SPELLING", " spelling ", "ｓpelling", "Spelling" })
        {
            (await FailAsync(name)).IsRefusal(400, Wrong);
        }

        (await host.SignInFromAsync(Address(), "Spelling", Right)).IsRefusal(400, Locked);
    }

    [Fact]
    public async Task A_success_forgets_the_failures_before_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "forgiven" });
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                (await FailAsync("forgiven")).IsRefusal(400, Wrong);
            }

            Assert.Equal(200, (await host.SignInFromAsync(Address(), "forgiven", Right)).Status);
        }
    }

    [Fact]
    public async Task After_a_quiet_hour_counting_begins_anew()
    {
        for (var i = 0; i < 4; i++)
        {
            await FailAsync("quiet");
        }

        host.Clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 5; i++)
        {
            (await FailAsync("quiet")).IsRefusal(400, Wrong);
        }

        (await FailAsync("quiet")).IsRefusal(400, Locked);
    }

    [Fact]
    public async Task Ten_failures_for_one_name_from_one_address_in_ten_minutes_close_it_there()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "there" });
        var start = host.Clock.GetUtcNow();
        var from = Address();
        for (var i = 0; i < 4; i++)
        {
            (await host.SignInFromAsync(from, "there", "wrong")).IsRefusal(400, Wrong);
        }

        // The name's own lock goes with each success from elsewhere; the address keeps its count.
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await host.SignInFromAsync(Address(), "there", Right)).Status);
            (await host.SignInFromAsync(from, "there", "wrong")).IsRefusal(400, Wrong);
        }

        Assert.Equal(200, (await host.SignInFromAsync(Address(), "there", Right)).Status);
        (await host.SignInFromAsync(from, "there", Right)).IsRefusal(400, Locked);
        host.Clock.Advance(start + TimeSpan.FromMinutes(10) - Second - host.Clock.GetUtcNow());
        (await host.SignInFromAsync(from, "there", Right)).IsRefusal(400, Locked);
        host.Clock.Advance(Second);
        Assert.Equal(200, (await host.SignInFromAsync(from, "there", Right)).Status);
    }

    [Fact]
    public async Task A_hundred_failures_from_one_address_in_ten_minutes_close_it_for_everybody()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "neighbour" });
        var from = Address();
        for (var i = 0; i < 99; i++)
        {
            (await host.SignInFromAsync(from, $"sprayed-{i}", "wrong")).IsRefusal(400, Wrong);
        }

        Assert.Equal(200, (await host.SignInFromAsync(from, "neighbour", Right)).Status);
        (await host.SignInFromAsync(from, "sprayed-99", "wrong")).IsRefusal(400, Wrong);
        (await host.SignInFromAsync(from, "neighbour", Right)).IsRefusal(400, Locked);
        Assert.Equal(200, (await host.SignInFromAsync(Address(), "neighbour", Right)).Status);
        host.Clock.Advance(TimeSpan.FromMinutes(10) - Second);
        (await host.SignInFromAsync(from, "neighbour", Right)).IsRefusal(400, Locked);
        host.Clock.Advance(Second);
        Assert.Equal(200, (await host.SignInFromAsync(from, "neighbour", Right)).Status);
    }

    [Theory]
    [InlineData("parallel", true)]
    [InlineData("parallel-unknown", false)]
    public async Task Fifty_wrong_passwords_at_once_hash_no_more_than_the_limit(string name, bool known)
    {
        if (known)
        {
            await host.AddAccountAsync(new NewAccount { UserName = name });
        }

        var before = host.Hasher.Verified;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => host.SignInFromAsync($"203.0.113.{i + 1}", name, "wrong")));
        Assert.Equal(5, host.Hasher.Verified - before);
        Assert.Equal(
            Enumerable.Repeat(Wrong, 5).Concat(Enumerable.Repeat(Locked, 45)).Order(StringComparer.Ordinal),
            answers.Select(answer => answer.Body).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Right_passwords_at_once_leave_no_charge_behind()
    {
        for (var person = 0; person < 3; person++)
        {
            await host.AddAccountAsync(new NewAccount { UserName = $"crowd-{person}" });
        }

        var from = Address();
        await host.WriteAsync(db => db.Throttle.ExecuteDeleteAsync());
        for (var round = 0; round < 10; round++)
        {
            // Four at once stay below every limit, so each must succeed; three names share an address.
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => host.SignInFromAsync(from, $"crowd-{i % 3}", Right)));
            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        }

        Assert.All(await host.ReadAsync(db => db.Throttle.AsNoTracking().ToListAsync()), row => Assert.Equal((0, DateTimeOffset.UnixEpoch), (row.Charges, row.BlockedUntil)));
    }

    [Fact]
    public async Task The_throttle_s_table_names_nobody()
    {
        await FailAsync("written-nowhere");
        var rows = await host.ReadAsync(db => db.Throttle.AsNoTracking().Select(row => row.Key).ToListAsync());
        Assert.NotEmpty(rows);
        Assert.All(rows, key => Assert.Matches("^[A-Za-z0-9_-]{43}$", key));
    }

    [Fact]
    public async Task A_lock_survives_a_restart()
    {
        for (var i = 0; i < 5; i++)
        {
            await FailAsync("restarted");
        }

        await host.RestartAsync();
        (await FailAsync("restarted")).IsRefusal(400, Locked);
    }

    private Task<Answer> FailAsync(string name) => host.SignInFromAsync(Address(), name, "wrong");

    // Each attempt from its own address, so that the name alone is counted.
    private static string Address()
    {
        var next = Interlocked.Increment(ref address);
        return $"198.51.{next / 250}.{(next % 250) + 1}";
    }
}
