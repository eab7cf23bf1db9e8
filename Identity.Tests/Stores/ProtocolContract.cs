using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Authorize;
using Identity.Server.ClientRegistration;
using Identity.Server.Data;
using Identity.Server.Device;
using Identity.Server.Issuing;
using Identity.Server.Proofs;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Stores;

public sealed class SqliteProtocolTests(SqliteStore store) : ProtocolContract(store), IClassFixture<SqliteStore>;

public sealed class PostgresProtocolTests(PostgresStore store) : ProtocolContract(store), IClassFixture<PostgresStore>;

/// <summary>The once-only acts of devices, proofs and registrations, on either database and on two nodes.</summary>
public abstract class ProtocolContract
{
    private const int Racers = 50;

    private static readonly ClientMetadata Television = new() { ClientId = "television", TokenEndpointAuthMethod = "none", GrantTypes = ["urn:ietf:params:oauth:grant-type:device_code"], Scope = "openid" };

    private readonly StoreHost host;

    protected ProtocolContract(StoreHost host)
    {
        this.host = host;
        if (host.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [Fact]
    public async Task A_device_is_decided_once_polled_in_time_and_redeemed_once()
    {
        var other = await host.AddNodeAsync();
        var account = await host.AddAccountAsync("viewer");
        var session = new SessionRow { Sid = "sid", HandleHash = "hash", Issuer = "", AccountId = account.Id, AuthTime = host.Clock.GetUtcNow(), Amr = "pwd", SeenAt = host.Clock.GetUtcNow(), ExpiresAt = host.Clock.GetUtcNow().AddHours(1) };
        await host.Store.WriteAsync(
            db =>
            {
                db.Add(session);
                return db.SaveChangesAsync();
            },
            default);
        var requests = host.Services.GetRequiredService<DeviceRequests>();
        var (deviceCode, userCode) = await requests.AddAsync(Television.ClientId, ScopeSet.Of("openid"), [], default);
        var codes = host.Services.GetRequiredService<DeviceCodes>();
        Assert.Equal(DeviceState.Pending, (await codes.PollAsync(deviceCode, Television, default)).Error);
        Assert.Equal(DeviceState.SlowDown, (await codes.PollAsync(deviceCode, Television, default)).Error);
        host.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(DeviceState.SlowDown, (await codes.PollAsync(deviceCode, Television, default)).Error);
        host.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(DeviceState.Pending, (await codes.PollAsync(deviceCode, Television, default)).Error);

        // Everybody has found it before the first one answers.
        var row = (await requests.FindAsync(userCode, account.Id, StoreHost.Caller, default)).Row!;
        var deciders = new[] { requests, other.GetRequiredService<DeviceRequests>() };
        var decided = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => deciders[racer % 2].DecideAsync(row, session, allow: true, default))));
        Assert.Single(decided, mine => mine);
        Assert.Null((await requests.FindAsync(userCode, account.Id, StoreHost.Caller, default)).Row);

        Assert.True((await codes.PollAsync(deviceCode, Television, default)).Succeeded(out var approved, out _));
        var proved = new Authorization { Client = Television, Account = approved.Account, Scopes = ScopeSet.Of("openid"), AuthTime = approved.AuthTime!.Value, DeviceHash = approved.DeviceHash, SessionId = approved.Sid };
        var families = new[] { host.Services.GetRequiredService<RefreshFamilies>(), other.GetRequiredService<RefreshFamilies>() };
        var begun = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => families[racer % 2].BeginAsync(proved, default))));
        Assert.Single(begun, family => family is not null);
        Assert.Equal(RefusalReason.UnknownToken, (await codes.PollAsync(deviceCode, Television, default)).Error!.Reason);
    }

    [Fact]
    public async Task A_pushed_request_that_waits_in_fifty_tabs_is_answered_once()
    {
        var other = await host.AddNodeAsync();
        var nodes = new[] { host.Services.GetRequiredService<PendingRequests>(), other.GetRequiredService<PendingRequests>() };
        var handle = await nodes[0].AddAsync(AuthorizeRequestRow.Pushed, "client", ParameterSet.Empty, browser: null, default);
        var pushed = await nodes[1].FindPushedAsync(handle, "client", default);
        Assert.NotNull(pushed);
        Assert.Null(await nodes[0].FindPushedAsync(handle, "another", default));
        var tabs = await Task.WhenAll(Enumerable.Range(0, Racers).Select(async racer =>
        {
            var tab = Handle.Hash(await nodes[racer % 2].AddAsync(AuthorizeRequestRow.Pending, "client", ParameterSet.Empty, "browser", default, pushed));
            return await host.Store.ReadAsync(db => db.AuthorizeRequests.AsNoTracking().SingleAsync(row => row.HandleHash == tab), default);
        }));
        // Each of them twice, so that a tab also races with itself.
        var answered = await Task.WhenAll(tabs.Concat(tabs).Select((tab, racer) => Task.Run(() => nodes[racer % 2].UseAsync(tab, default))));
        Assert.Single(answered, mine => mine);
        Assert.Null(await nodes[0].FindPushedAsync(handle, "client", default));
    }

    [Fact]
    public async Task A_proof_is_used_once_on_any_node_and_a_nonce_is_known_to_every_node()
    {
        var other = await host.AddNodeAsync();
        var memories = new[] { host.Services.GetRequiredService<ReplayMemory>(), other.GetRequiredService<ReplayMemory>() };
        var used = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() => memories[racer % 2].UseAsync("dpop proof", "a key", "an id", host.Clock.GetUtcNow().AddMinutes(1), default))));
        Assert.Single(used, mine => mine);
        Assert.True(other.GetRequiredService<DPoPNonces>().IsGood(host.Services.GetRequiredService<DPoPNonces>().Current));
    }

    [Fact]
    public async Task An_address_is_registered_once_on_any_node()
    {
        var other = await host.AddNodeAsync();
        var nodes = new[] { host.Services.GetRequiredService<RegisteredClients>(), other.GetRequiredService<RegisteredClients>() };
        var tokens = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(() =>
            nodes[racer % 2].AddAsync(new ClientMetadata { ClientId = $"r_{racer}", ClientSecretHashes = [new(new string('A', 43))], RedirectUris = ["https://new.example/callback"] }, default))));
        Assert.Single(tokens, token => token is not null);
        Assert.Equal(1, await host.Store.ReadAsync(db => db.Clients.CountAsync(row => row.Origin == ClientRow.FromRegistration), default));
    }
}
