using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Issuing;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Identity.Tests.Stores;

/// <summary>PostgreSQL behind a wire that breaks: what is tried again, what is not, and that nothing is done twice (docs/decisions/0019).</summary>
public sealed class BrokenWireTests : IClassFixture<BrokenWireTests.Host>
{
    private static readonly ClientMetadata Client = new() { ClientId = "demo", GrantTypes = ["password", "refresh_token"], FirstParty = true };

    // It would be a theft at once, were a repetition taken for somebody else's.
    private static readonly ClientMetadata Strict = Client with { RefreshReplayWindow = TimeSpan.Zero };

    // With the octet that ends it: BEGIN's READ COMMITTED is another word.
    private const string Commit = "COMMIT\0";

    private readonly Host host;

    public BrokenWireTests(Host host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    private RefreshFamilies Families => host.Services.GetRequiredService<RefreshFamilies>();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_read_is_answered_whatever_breaks(bool heard)
    {
        await BreakAsync("SELECT", heard, async () => Assert.NotEqual(0, await host.Store.ReadAsync(db => db.Changes.CountAsync(), default)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_code_gives_one_family_though_the_commit_or_its_answer_is_lost(bool heard)
    {
        var (account, code) = await CodeAsync($"coder {heard}");
        ContinuedFamily? family = null;
        await BreakAsync(Commit, heard, async () => family = await Families.BeginAsync(Authorization(account) with { CodeHash = Handle.Hash(code), SessionId = account.Subject }, default));
        var row = Assert.Single(await FamiliesAsync(account));
        Assert.Equal((family!.Id, null), (row.Id, row.RevokedAt));
        // And that was its one use.
        Assert.Null(await Families.BeginAsync(Authorization(account) with { CodeHash = Handle.Hash(code), SessionId = account.Subject }, default));
        Assert.NotNull(Assert.Single(await FamiliesAsync(account)).RevokedAt);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_code_broken_off_in_the_middle_of_its_redemption_is_redeemed(bool heard)
    {
        var (account, code) = await CodeAsync($"middle {heard}");
        await BreakAsync("INSERT INTO refresh_families", heard, async () => Assert.NotNull(await Families.BeginAsync(Authorization(account) with { CodeHash = Handle.Hash(code), SessionId = account.Subject }, default)));
        Assert.Null(Assert.Single(await FamiliesAsync(account)).RevokedAt);
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task A_sign_in_by_password_gives_one_family(bool heard, bool grouped)
    {
        var account = await host.AddAccountAsync($"sign-in {heard} {grouped}".Replace(' ', '-'));
        await BreakAsync("INSERT INTO refresh_families", heard, async () => Assert.NotNull(await Families.BeginAsync(Authorization(account) with { SessionKey = grouped ? "group" : null }, default)));
        Assert.Null(Assert.Single(await FamiliesAsync(account)).RevokedAt);
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task A_refresh_token_is_rotated_once_and_its_owner_is_no_thief(bool heard, bool strict)
    {
        var (account, client) = (await host.AddAccountAsync($"refresh-{heard}-{strict}"), strict ? Strict : Client);
        var first = (await Families.BeginAsync(Authorization(account), default))!;
        ContinuedFamily? next = null;
        await BreakAsync("UPDATE refresh_families", heard, async () =>
        {
            Assert.True((await Families.ContinueAsync(first.RefreshToken, client, null, null, default)).Succeeded(out var good, out var error), error?.Reason.ToString());
            next = good.Continued;
        });
        var row = Assert.Single(await FamiliesAsync(account));
        Assert.Equal((2, null), (row.Generation, row.RevokedAt));
        Assert.True((await Families.ContinueAsync(next!.RefreshToken, client, null, null, default)).Succeeded(out _, out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_revocation_stands_and_says_that_it_was_ours(bool heard)
    {
        var account = await host.AddAccountAsync($"revoke-{heard}");
        var family = (await Families.BeginAsync(Authorization(account), default))!;
        await BreakAsync("UPDATE refresh_families", heard, async () => Assert.True(await Families.RevokeAsync(family.Id, default)));
        Assert.False(await Families.RevokeAsync(family.Id, default));
        await BreakAsync(Commit, heard, async () => Assert.True(await host.Services.GetRequiredService<Credentials>().LockAsync(account, default)));
        Assert.False(await host.Services.GetRequiredService<Credentials>().LockAsync(account, default));
    }

    [Fact]
    public async Task An_attempt_whose_answer_is_lost_is_charged_once_and_fails()
    {
        var throttle = host.Services.GetRequiredService<Throttle>();
        var key = new ThrottleKey(new ThrottleRule("wire", 5, TimeSpan.FromHours(1)), "a name");
        // The first waits in memory; it is counted when the second comes.
        var first = (await throttle.ChargeAsync([key], default)).Receipt!;
        await throttle.KeepAsync(first);
        host.Wire.BreakAfter(Commit);
        await Assert.ThrowsAnyAsync<Exception>(() => throttle.ChargeAsync([key], default));
        Assert.Equal(2, await host.Store.ReadAsync(db => db.Throttle.Where(row => row.Charges > 0).Select(row => row.Charges).SingleAsync(), default));

        // One that certainly was not counted is counted then.
        await BreakAsync("INSERT INTO throttle", heard: true, async () => Assert.NotNull((await throttle.ChargeAsync([key], default)).Receipt));
        Assert.Equal(3, await host.Store.ReadAsync(db => db.Throttle.Where(row => row.Charges > 0).Select(row => row.Charges).SingleAsync(), default));
    }

    [Fact]
    public async Task Two_who_wait_for_each_other_both_come_through()
    {
        await host.Store.WriteAsync(db => db.Database.ExecuteSqlAsync($"INSERT INTO changes (name, version) VALUES ('left', 0), ('right', 0)"), default);
        using var both = new Barrier(2);
        var runs = 0;
        Task<bool> CrossAsync(string one, string other) => Task.Run(() => host.Store.TransactAsync(
            async db =>
            {
                await db.BumpAsync(one, default);
                if (Interlocked.Increment(ref runs) <= 2)
                {
                    both.SignalAndWait(TimeSpan.FromSeconds(30));
                }

                await db.BumpAsync(other, default);
                return (true, true);
            },
            default));
        Assert.All(await Task.WhenAll(CrossAsync("left", "right"), CrossAsync("right", "left")), Assert.True);
        Assert.Equal(3, runs);
        Assert.All(await host.Store.ReadAsync(db => db.Changes.Where(row => row.Name == "left" || row.Name == "right").Select(row => row.Version).ToListAsync(), default), version => Assert.Equal(2, version));
    }

    [Fact]
    public async Task Two_who_would_have_seen_different_worlds_both_come_through()
    {
        await host.Store.WriteAsync(db => db.Database.ExecuteSqlAsync($"INSERT INTO changes (name, version) VALUES ('world', 0)"), default);
        using var both = new Barrier(2);
        var runs = 0;
        Task<bool> CountAsync() => Task.Run(() => host.Store.TransactAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
                var seen = await db.Changes.AsNoTracking().Where(row => row.Name == "world").Select(row => row.Version).SingleAsync();
                if (Interlocked.Increment(ref runs) <= 2)
                {
                    both.SignalAndWait(TimeSpan.FromSeconds(30));
                }

                await db.Database.ExecuteSqlAsync($"UPDATE changes SET version = {seen + 1} WHERE name = 'world'");
                return (true, true);
            },
            default));
        Assert.All(await Task.WhenAll(CountAsync(), CountAsync()), Assert.True);
        Assert.Equal((3, 2), (runs, await host.Store.ReadAsync(db => db.Changes.Where(row => row.Name == "world").Select(row => row.Version).SingleAsync(), default)));
    }

    [Fact]
    public async Task What_the_database_refuses_for_good_is_not_tried_again()
    {
        var runs = 0;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => host.Store.WriteAsync(
            db =>
            {
                runs++;
                return db.Database.ExecuteSqlAsync($"INSERT INTO changes (name, version) VALUES ('clients', 0)");
            },
            default,
            LostAnswer.Repeat));
        Assert.Equal((PostgresErrorCodes.UniqueViolation, 1), (refused.SqlState, runs));
    }

    private async Task BreakAsync(string word, bool heard, Func<Task> act)
    {
        var before = host.Wire.Breaks;
        if (heard)
        {
            host.Wire.BreakAfter(word);
        }
        else
        {
            host.Wire.BreakBefore(word);
        }

        await act();
        Assert.Equal(before + 1, host.Wire.Breaks);
    }

    private async Task<(Account Account, string Code)> CodeAsync(string name)
    {
        var (account, now) = (await host.AddAccountAsync(name.Replace(' ', '-')), host.Clock.GetUtcNow());
        var session = new SessionRow { Sid = account.Subject, HandleHash = account.Subject, Issuer = "", AccountId = account.Id, AuthTime = now, Amr = "pwd", SeenAt = now, ExpiresAt = now + TimeSpan.FromHours(1) };
        await host.Store.WriteAsync(
            db =>
            {
                db.Add(session);
                return db.SaveChangesAsync();
            },
            default);
        string? code = null;
        // Its making may be broken off too.
        await BreakAsync(Commit, heard: true, async () => code = await host.Services.GetRequiredService<AuthorizationCodes>().IssueAsync(new AuthorizeRequest { ClientId = Client.ClientId, RedirectUri = "https://rp.example", ResponseType = "code" }, Client, session, default));
        return (account, code!);
    }

    private Authorization Authorization(Account account) => new() { Client = Client, Account = account, Scopes = ScopeSet.Empty, AuthTime = host.Clock.GetUtcNow(), AuthenticationMethods = ["pwd"] };

    private Task<List<RefreshFamilyRow>> FamiliesAsync(Account account) => host.Store.ReadAsync(db => db.RefreshFamilies.AsNoTracking().Where(row => row.AccountId == account.Id).ToListAsync(), default);

    /// <summary>The store behind the wire.</summary>
    public sealed class Host : StoreHost
    {
        private PostgresDatabase? database;
        private PostgresWire? wire;

        public override string? Missing => PostgresDatabase.Missing;

        internal PostgresWire Wire => wire!;

        protected override string ConnectionString => wire!.ConnectionString;

        protected override async ValueTask CreateAsync()
        {
            database = await PostgresDatabase.CreateAsync();
            wire = new PostgresWire(database.ConnectionString);
        }

        protected override async ValueTask DropAsync()
        {
            if (database is not null)
            {
                await wire!.DisposeAsync();
                await database.DisposeAsync();
            }
        }
    }
}
