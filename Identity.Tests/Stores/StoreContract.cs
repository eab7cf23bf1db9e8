using System.Globalization;
using Identity.Compat;
using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Identity.Server.Mail;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

public sealed class SqliteStoreTests(SqliteStore store) : StoreContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresStoreTests(PostgresStore store) : StoreContract(store), IClassFixture<PostgresStore>;

/// <summary>What the server relies on in its database, the same for both: each once-only act is one conditional statement whose rows affected is the verdict.</summary>
public abstract class StoreContract
{
    private const int Racers = 50;
    private const string Password = "correct horse battery";

    private readonly StoreHost host;

    protected StoreContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task Parallel_guesses_are_charged_before_they_are_judged_and_lock_for_a_growing_time()
    {
        var throttle = host.Services.GetRequiredService<Throttle>();
        var rule = new ThrottleRule("contract lock", 5, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        var key = new ThrottleKey(rule, "a name");
        var racers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(() => throttle.ChargeAsync([key], default))));
        var receipts = racers.Select(racer => racer.Receipt).OfType<ThrottleReceipt>().ToList();
        Assert.Equal(5, receipts.Count);
        Assert.All(racers.Where(racer => racer.Receipt is null), racer => Assert.Same(rule, racer.Blocked));
        foreach (var receipt in receipts)
        {
            await throttle.KeepAsync(receipt);
        }

        // Locked for a minute, to the second; then for 2, 4, 8, and never more than 15.
        foreach (var minutes in new[] { 1, 2, 4, 8, 15, 15 })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.Null((await throttle.ChargeAsync([key], default)).Receipt);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            var (receipt, _) = await throttle.ChargeAsync([key], default);
            Assert.NotNull(receipt);
            await throttle.KeepAsync(receipt);
        }

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        var (last, _) = await throttle.ChargeAsync([key], default);
        await throttle.RefundAsync(last!);
        // A success starts it anew: five more failures are free.
        for (var i = 0; i < 5; i++)
        {
            await throttle.KeepAsync(Assert.IsType<ThrottleReceipt>((await throttle.ChargeAsync([key], default)).Receipt));
        }

        Assert.Null((await throttle.ChargeAsync([key], default)).Receipt);
    }

    [Fact]
    public async Task A_window_of_failures_ends_when_it_ends_and_all_counters_are_charged_or_none()
    {
        var throttle = host.Services.GetRequiredService<Throttle>();
        var narrow = new ThrottleKey(new("contract narrow", 2, TimeSpan.FromMinutes(10)), "a name");
        var wide = new ThrottleKey(new("contract wide", 10, TimeSpan.FromMinutes(10)), "an address");
        for (var i = 0; i < 2; i++)
        {
            await throttle.KeepAsync((await throttle.ChargeAsync([narrow, wide], default)).Receipt!);
        }

        for (var i = 0; i < Racers; i++)
        {
            Assert.Same(narrow.Rule, (await throttle.ChargeAsync([narrow, wide], default)).Blocked);
        }

        // What was refused by the one has not cost the other.
        for (var i = 0; i < 8; i++)
        {
            await throttle.KeepAsync(Assert.IsType<ThrottleReceipt>((await throttle.ChargeAsync([wide], default)).Receipt));
        }

        Assert.Null((await throttle.ChargeAsync([wide], default)).Receipt);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.NotNull((await throttle.ChargeAsync([narrow, wide], default)).Receipt);
    }

    [Fact]
    public async Task Racers_with_one_refresh_token_get_one_successor_on_any_node()
    {
        var families = host.Services.GetRequiredService<RefreshFamilies>();
        var other = (await host.AddNodeAsync()).GetRequiredService<RefreshFamilies>();
        var account = await host.AddAccountAsync("racer");
        var first = (await families.BeginAsync(Authorization(account), default))!;
        var racers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => (racer % 2 == 0 ? families : other).ContinueAsync(first.RefreshToken, Client, null, null, default))));
        var successor = Assert.Single(racers.Select(racer => Good(racer).Continued.RefreshToken).Distinct(StringComparer.Ordinal));
        Assert.Equal(2, (await RowAsync(first.Id)).Generation);

        // The old one after its successor was used: reuse, and the end of the family, on both nodes.
        _ = Good(await other.ContinueAsync(successor, Client, null, null, default));
        Assert.Equal(RefusalReason.Reused, Reason(await families.ContinueAsync(first.RefreshToken, Client, null, null, default)));
        Assert.Equal(RefusalReason.Revoked, Reason(await other.ContinueAsync(successor, Client, null, null, default)));
    }

    [Fact]
    public async Task Racers_with_one_code_get_tokens_once_and_what_they_got_is_revoked_on_any_node()
    {
        var (families, codes) = (host.Services.GetRequiredService<RefreshFamilies>(), host.Services.GetRequiredService<AuthorizationCodes>());
        var other = (await host.AddNodeAsync()).GetRequiredService<RefreshFamilies>();
        var account = await host.AddAccountAsync("code-racer");
        var now = host.Clock.GetUtcNow();
        var session = new SessionRow { Sid = "code-racer", HandleHash = "code-racer", Issuer = "", AccountId = account.Id, AuthTime = now, Amr = "pwd", SeenAt = now, ExpiresAt = now + TimeSpan.FromHours(1) };
        await host.Store.WriteAsync(
            db =>
            {
                db.Add(session);
                return db.SaveChangesAsync();
            },
            default);
        var code = await codes.IssueAsync(new AuthorizeRequest { ClientId = Client.ClientId, RedirectUri = "https://rp.example", ResponseType = "code" }, Client, session, default);
        var proved = Authorization(account) with { CodeHash = Handle.Hash(code), SessionId = session.Sid };
        var racers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => (racer % 2 == 0 ? families : other).BeginAsync(proved, default))));
        var winner = Assert.Single(racers.OfType<ContinuedFamily>());
        Assert.NotNull((await RowAsync(winner.Id)).RevokedAt);
        Assert.Null(await codes.FindAsync(code, Client, default));
    }

    [Fact]
    public async Task A_rotation_does_not_bring_back_what_was_revoked_disabled_or_expired()
    {
        var families = host.Services.GetRequiredService<RefreshFamilies>();
        var account = await host.AddAccountAsync("ended");
        var revoked = (await families.BeginAsync(Authorization(account), default))!;
        Assert.True(await families.RevokeAsync(revoked.Id, default));
        Assert.False(await families.RevokeAsync(revoked.Id, default));
        Assert.Equal(RefusalReason.Revoked, Reason(await families.ContinueAsync(revoked.RefreshToken, Client, null, null, default)));

        var expired = (await families.BeginAsync(Authorization(account), default))!;
        var row = await RowAsync(expired.Id);
        host.Clock.Advance(row.ExpiresAt - host.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        expired = Good(await families.ContinueAsync(expired.RefreshToken, Client, null, null, default)).Continued;
        host.Clock.Advance(Client.RefreshTokenLifetime);
        Assert.Equal(RefusalReason.Expired, Reason(await families.ContinueAsync(expired.RefreshToken, Client, null, null, default)));

        var disabled = (await families.BeginAsync(Authorization(account), default))!;
        await host.Store.WriteAsync(db => db.Accounts.Where(one => one.Id == account.Id).ExecuteUpdateAsync(set => set.SetProperty(one => one.DisabledAt, host.Clock.GetUtcNow())), default);
        Assert.Equal(RefusalReason.Revoked, Reason(await families.ContinueAsync(disabled.RefreshToken, Client, null, null, default)));
    }

    [Fact]
    public async Task A_token_ahead_of_an_older_copy_of_the_database_moves_it_forward()
    {
        var families = host.Services.GetRequiredService<RefreshFamilies>();
        var first = (await families.BeginAsync(Authorization(await host.AddAccountAsync("restored")), default))!;
        var token = first.RefreshToken;
        for (var i = 0; i < 3; i++)
        {
            token = Good(await families.ContinueAsync(token, Client, null, null, default)).Continued.RefreshToken;
        }

        await host.Store.WriteAsync(db => db.RefreshFamilies.Where(row => row.Id == first.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Generation, 2L)), default);
        var racers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(() => families.ContinueAsync(token, Client, null, null, default))));
        Assert.Single(racers.Select(racer => Good(racer).Continued.RefreshToken).Distinct(StringComparer.Ordinal));
        Assert.Equal(5, (await RowAsync(first.Id)).Generation);
    }

    [Fact]
    public async Task Sign_ins_that_race_for_one_legacy_session_leave_one_living_family()
    {
        var families = host.Services.GetRequiredService<RefreshFamilies>();
        var other = (await host.AddNodeAsync()).GetRequiredService<RefreshFamilies>();
        var account = await host.AddAccountAsync("session");
        var session = Authorization(account) with { SessionKey = "app" };
        var begun = await Task.WhenAll(Enumerable.Range(0, 12).Select(racer => Task.Run(() => (racer % 2 == 0 ? families : other).BeginAsync(session, default))));
        var living = await host.Store.ReadAsync(db => db.RefreshFamilies.Where(row => row.AccountId == account.Id && row.RevokedAt == null).Select(row => row.Id).ToListAsync(), default);
        var good = 0;
        foreach (var family in begun)
        {
            good += (await families.ContinueAsync(family!.RefreshToken, Client, "app", null, default)).Succeeded(out _, out _) ? 1 : 0;
        }

        Assert.Single(living);
        Assert.Equal(1, good);
        // Another group's session is another session.
        Assert.True((await families.ContinueAsync((await families.BeginAsync(session with { SessionKey = "wechat" }, default))!.RefreshToken, Client, "wechat", null, default)).Succeeded(out _, out _));
        Assert.Equal(2, await host.Store.ReadAsync(db => db.RefreshFamilies.CountAsync(row => row.AccountId == account.Id && row.RevokedAt == null), default));
    }

    [Fact]
    public async Task A_code_by_mail_is_used_once_has_five_tries_together_and_respects_its_limits()
    {
        var codes = host.Services.GetRequiredService<EmailCodes>();
        const string Mailbox = "codes@example.com";
        // Whichever tests ran before: the day that is counted must not end in the middle.
        host.Clock.Advance(TimeSpan.FromDays(1) - host.Clock.GetUtcNow().TimeOfDay);
        var code = await SendAsync(codes, Mailbox);
        var racers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => codes.UseAsync(EmailCodes.ForRegistration, Mailbox, code, default))));
        Assert.Single(racers, used => used);

        // Not twice in a minute.
        Assert.Null(await TrySendAsync(codes, Mailbox));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        code = await SendAsync(codes, Mailbox);
        var wrong = code is "000000" ? "000001" : "000000";
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => codes.UseAsync(EmailCodes.ForRegistration, Mailbox, wrong, default)))), Assert.False);
        Assert.False(await codes.UseAsync(EmailCodes.ForRegistration, Mailbox, code, default));
        Assert.Equal(5, (await host.Store.ReadAsync(db => db.EmailCodes.AsNoTracking().ToListAsync(), default)).Max(row => row.Tries));

        // Ten minutes, not to the last instant.
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        code = await SendAsync(codes, Mailbox);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await codes.UseAsync(EmailCodes.ForRegistration, Mailbox, code, default));

        // Ten a day in all.
        for (var sent = 3; sent < 10; sent++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(10));
            _ = await SendAsync(codes, Mailbox);
        }

        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await TrySendAsync(codes, Mailbox));
        host.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await codes.UseAsync(EmailCodes.ForRegistration, Mailbox, await SendAsync(codes, Mailbox), default));
    }

    [Fact]
    public async Task A_mail_that_every_node_wants_to_deliver_leaves_once()
    {
        const int Mails = 20;
        var outbox = host.Services.GetRequiredService<Outbox>();
        var other = (await host.AddNodeAsync()).GetRequiredService<Outbox>();
        var folder = Path.Combine(host.Folder, "mail");
        var before = Directory.GetFiles(folder).Length;
        var rows = Enumerable.Range(0, Mails).Select(i => outbox.Seal(host.Services.GetRequiredService<Letters>().Code($"mail{i.ToString(CultureInfo.InvariantCulture)}@example.com", "123456", null), TimeSpan.FromMinutes(10))).ToList();
        await host.Store.WriteAsync(
            async db =>
            {
                db.AddRange(rows);
                return await db.SaveChangesAsync();
            },
            default);
        // Written as leased by whoever posts them; he died, and the lease is over.
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => (racer % 2 == 0 ? outbox : other).DeliverAsync(default))));
        Assert.Equal(before + Mails, Directory.GetFiles(folder).Length);
        Assert.Equal(0, await host.Store.ReadAsync(db => db.OutboxMails.CountAsync(), default));
    }

    [Fact]
    public async Task First_visits_that_race_get_different_numbers_and_one_each()
    {
        var members = host.Services.GetRequiredService<LegacyMembers>();
        var other = (await host.AddNodeAsync()).GetRequiredService<LegacyMembers>();
        var accounts = new List<Account>();
        for (var i = 0; i < 8; i++)
        {
            accounts.Add(await host.AddAccountAsync($"member{i.ToString(CultureInfo.InvariantCulture)}"));
        }

        // A number that an import brought is passed over.
        await host.Store.WriteAsync(
            async db =>
            {
                db.Add(new LegacyMemberRow { Api = LegacyApis.NleCloud, AccountId = accounts[0].Id, Number = 3 });
                return await db.SaveChangesAsync();
            },
            default);
        var visits = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(async () =>
        {
            var account = accounts[racer % accounts.Count];
            return (account.Id, Member: await (racer % 2 == 0 ? members : other).VisitAsync(LegacyApis.NleCloud, account, StoreHost.Caller, default));
        })));
        Assert.All(visits.GroupBy(visit => visit.Id), account => Assert.Single(account.Select(visit => visit.Member.Number).Distinct()));
        Assert.Equal(accounts.Count, visits.Select(visit => visit.Member.Number).Distinct().Count());
        Assert.Equal(3, visits.First(visit => visit.Id == accounts[0].Id).Member.Number);
        Assert.Equal(Racers, await host.Store.ReadAsync(db => db.LegacyMembers.Where(row => row.Api == LegacyApis.NleCloud).SumAsync(row => row.VisitCount), default));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_bring_each_client_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(host.AddNodeAsync)));
        var clients = await host.Store.ReadAsync(db => db.Clients.AsNoTracking().ToListAsync(), default);
        Assert.Equal(["cloudmind", "demo", "nlecloud", "rageframe", "sample-device", "sample-service", "sample-spa", "sample-web"], clients.Select(row => row.ClientId).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(clients, row => Assert.Null(row.DisabledAt));
    }

    [Fact]
    public async Task A_client_that_left_the_configuration_is_disabled_and_comes_back_with_it()
    {
        await host.Store.WriteAsync(
            async db =>
            {
                db.Add(new ClientRow { ClientId = "gone", Origin = ClientRow.FromConfiguration, Metadata = """{"client_id":"gone"}""", UpdatedAt = host.Clock.GetUtcNow() });
                db.Add(new ClientRow { ClientId = "own", Origin = "command line", Metadata = """{"client_id":"own"}""", UpdatedAt = host.Clock.GetUtcNow() });
                return await db.SaveChangesAsync();
            },
            default);
        var before = await VersionAsync();
        var configured = host.Services.GetRequiredService<ConfiguredClients>();
        await configured.ApplyAsync(default);
        Assert.NotNull((await host.Store.ReadAsync(db => db.Clients.SingleAsync(row => row.ClientId == "gone"), default)).DisabledAt);
        Assert.Null((await host.Store.ReadAsync(db => db.Clients.SingleAsync(row => row.ClientId == "own"), default)).DisabledAt);
        Assert.Equal(before + 1, await VersionAsync());

        // Nothing to change, nothing to tell.
        await configured.ApplyAsync(default);
        Assert.Equal(before + 1, await VersionAsync());
        await host.Store.WriteAsync(db => db.Clients.Where(row => row.ClientId == "gone" || row.ClientId == "own").ExecuteDeleteAsync(), default);

        await host.Store.WriteAsync(db => db.Clients.Where(row => row.ClientId == "demo").ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, host.Clock.GetUtcNow())), default);
        await configured.ApplyAsync(default);
        Assert.Null((await host.Store.ReadAsync(db => db.Clients.SingleAsync(row => row.ClientId == "demo"), default)).DisabledAt);
    }

    [Fact]
    public async Task Nodes_that_rotate_at_once_make_one_key_and_all_sign_with_it()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(host.AddNodeAsync)));
        var keys = nodes.Append(host.Services).Select(node => node.GetRequiredService<SigningKeys>()).ToList();
        // Whenever the newest key was made: a hundred days later its successor is owed, once.
        host.Clock.Advance(TimeSpan.FromDays(100));
        var rotated = host.Clock.GetUtcNow();
        await Task.WhenAll(keys.Select(node => Task.Run(() => node.RotateAsync(default))));
        var rows = await host.Store.ReadAsync(db => db.SigningKeys.AsNoTracking().ToListAsync(), default);
        Assert.All(rows.GroupBy(row => row.Algorithm, StringComparer.Ordinal), algorithm => Assert.Equal(algorithm.Count(), algorithm.Select(row => row.Sequence).Distinct().Count()));
        foreach (var algorithm in SigningKeys.Algorithms)
        {
            Assert.Single(rows, row => string.Equals(row.Algorithm, algorithm, StringComparison.Ordinal) && row.AnnouncedAt == rotated);
            foreach (var _ in new[] { "now", "when the successor signs" })
            {
                Assert.Single(keys.Select(node => node.Signer(algorithm)).Select(signer => Jwt.Header(signer.Sign(new System.Text.Json.Nodes.JsonObject().ToJsonString(), "JWT")).GetProperty("kid").GetString()).Distinct(StringComparer.Ordinal));
                host.Clock.Advance(TimeSpan.FromDays(15));
            }
        }
    }

    [Fact]
    public async Task Two_who_want_one_name_at_once_do_not_both_get_it()
    {
        var registries = new[] { host.Services, await host.AddNodeAsync() }.Select(node => node.GetRequiredService<AccountRegistry>()).ToList();
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(racer => Task.Run(() => registries[racer % 2].CreateAsync(
            new NewAccount { UserName = $"double{racer.ToString(CultureInfo.InvariantCulture)}", Email = "double@example.com", EmailVerified = true }, "test", default))));
        Assert.Single(made, one => one.Account is not null);
        Assert.All(made.Where(one => one.Account is null), one => Assert.Equal(AccountMistake.NameTaken, one.Mistake));
        // Who was refused left nothing behind.
        Assert.Equal(1, await host.Store.ReadAsync(db => db.Accounts.CountAsync(account => account.Email == "double@example.com"), default));
        Assert.Equal(2, await host.Store.ReadAsync(db => db.SignInNames.CountAsync(row => row.Name.StartsWith("double")), default));
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\ud800")]
    [InlineData("'; DROP TABLE accounts; --")]
    public async Task A_name_that_no_account_can_have_is_refused_like_a_wrong_password(string name)
    {
        var signIn = host.Services.GetRequiredService<PasswordSignIn>();
        var refused = await signIn.CheckAsync(name, Password, PasswordDoor.Whole, StoreHost.Caller, default);
        Assert.False(refused.Succeeded(out _, out var error));
        Assert.Equal((RefusalReason.UnknownAccount, "invalid_grant"), (error.Reason, error.Error));
    }

    [Fact]
    public async Task Fifty_accounts_that_choose_one_api_key_at_once_have_it_and_one_of_them_signs_in_with_it()
    {
        var other = await host.AddNodeAsync();
        const string Key = "a key that fifty accounts choose at one instant";
        var accounts = new List<Account>();
        for (var i = 0; i < Racers; i++)
        {
            accounts.Add(await host.AddAccountAsync($"chooser{i}"));
        }

        var expires = host.Clock.GetUtcNow().AddDays(1).AddTicks(1234567);
        await Task.WhenAll(accounts.Select((account, racer) => Task.Run(() => Keys(racer % 2 == 0 ? host.Services : other).SetAsync(account, new(Key, expires, racer, "192.0.2.1"), account, default))));
        var rows = await host.Store.ReadAsync(db => db.ApiKeys.AsNoTracking().ToListAsync(), default);
        var owner = Assert.Single(rows, row => row.Mac is not null);
        Assert.All(accounts, account => Assert.Contains(rows, row => row.AccountId == account.Id));
        Assert.True((await Keys(other).SignInAsync(Key, StoreHost.Caller, default)).Succeeded(out var who, out _));
        Assert.Equal(owner.AccountId, who!.Id);
        Assert.Equal((Key, expires), await Keys(other).FindAsync(accounts[7].Id, default) is { } found ? (found.Text, found.ExpiresAt) : default);

        await host.Store.WriteAsync(db => db.Accounts.Where(one => one.Id == owner.AccountId).ExecuteDeleteAsync(), default);
        Assert.False((await Keys(other).SignInAsync(Key, StoreHost.Caller, default)).Succeeded(out _, out _));

        static ApiKeys Keys(IServiceProvider node) => node.GetRequiredService<ApiKeys>();
    }

    [Fact]
    public async Task Nodes_that_count_legacy_calls_at_once_lose_none()
    {
        var other = await host.AddNodeAsync();
        var at = host.Clock.GetUtcNow();
        await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => (racer % 2 == 0 ? host.Services : other).GetRequiredService<UsageLedger>().AddAsync(
            [.. Enumerable.Range(0, 5).Select(version => new UsageCount(new("nlecloud", "POST /Users/Login", $"v{version}", "0"), 2, at.AddSeconds(racer), at.AddSeconds(racer + 1))).OrderBy(_ => racer % 3)],
            default))));
        var rows = await host.Services.GetRequiredService<UsageLedger>().ReadAsync(default);
        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.Equal((2L * Racers, at, at.AddSeconds(Racers)), (row.Calls, row.FirstAt, row.LastAt)));
    }

    [Fact]
    public async Task Everything_of_an_account_goes_with_it()
    {
        var account = await host.AddAccountAsync("leaving");
        await host.Services.GetRequiredService<RefreshFamilies>().BeginAsync(Authorization(account), default);
        await host.Services.GetRequiredService<LegacyMembers>().VisitAsync(LegacyApis.CloudMind, account, StoreHost.Caller, default);
        await host.Store.WriteAsync(db => db.Accounts.Where(one => one.Id == account.Id).ExecuteDeleteAsync(), default);
        Assert.Equal(0, await host.Store.ReadAsync(
            async db => await db.SignInNames.CountAsync(row => row.AccountId == account.Id) + await db.RefreshFamilies.CountAsync(row => row.AccountId == account.Id) + await db.LegacyMembers.CountAsync(row => row.AccountId == account.Id),
            default));
    }

    private static ClientMetadata Client { get; } = new() { ClientId = "demo", GrantTypes = ["password", "refresh_token"], FirstParty = true };

    private static (RefreshFamilyRow Family, ContinuedFamily Continued) Good(Result<(RefreshFamilyRow Family, ContinuedFamily Continued)> result)
    {
        Assert.True(result.Succeeded(out var value, out var error), error?.Reason.ToString());
        return value;
    }

    private static RefusalReason Reason(Result<(RefreshFamilyRow Family, ContinuedFamily Continued)> result)
    {
        Assert.False(result.Succeeded(out _, out var error));
        return error!.Reason;
    }

    private Authorization Authorization(Account account) => new() { Client = Client, Account = account, Scopes = ScopeSet.Empty, AuthTime = host.Clock.GetUtcNow(), AuthenticationMethods = ["pwd"] };

    private Task<RefreshFamilyRow> RowAsync(Guid id) => host.Store.ReadAsync(db => db.RefreshFamilies.AsNoTracking().SingleAsync(row => row.Id == id), default);

    private Task<long> VersionAsync() => host.Store.ReadAsync(db => db.Changes.Where(row => row.Name == ChangeRow.Clients).Select(row => row.Version).SingleAsync(), default);

    private async Task<string> SendAsync(EmailCodes codes, string mailbox)
    {
        var code = await TrySendAsync(codes, mailbox);
        Assert.NotNull(code);
        return code;
    }

    // The mail is a file; what it says in its subject is the code. Null when none came.
    private async Task<string?> TrySendAsync(EmailCodes codes, string mailbox)
    {
        var folder = Path.Combine(host.Folder, "mail");
        var before = Directory.GetFiles(folder);
        await codes.SendAsync(EmailCodes.ForRegistration, mailbox, StoreHost.Caller, default);
        var mail = Directory.GetFiles(folder).Except(before, StringComparer.Ordinal).SingleOrDefault();
        return mail is null ? null : (await File.ReadAllLinesAsync(mail)).First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))[9..15];
    }
}
