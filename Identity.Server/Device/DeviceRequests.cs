using System.Security.Cryptography;
using Identity.OpenId.Device;
using Identity.OpenId.Scopes;
using Identity.OpenId.Tokens;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Device;

/// <summary>Devices that wait for their person: begun at the endpoint, found and decided on the page.</summary>
internal sealed class DeviceRequests(IdentityStore store, Throttle throttle, AccountsOptions options, RootKeys roots, TimeProvider clock)
{
    /// <summary>Seconds between two polls, RFC 8628 §3.2.</summary>
    public const int Interval = 5;

    // RFC 8628 §5.1: what makes a code of 34 bits unguessable is that few may be tried.
    private readonly ThrottleRule perAccount = new("device code and account", options.Throttle.FailuresPerNameAndAddress, TimeSpan.FromMinutes(10));
    private readonly ThrottleRule perAddress = new("device code and address", options.Throttle.FailuresPerAddress, TimeSpan.FromMinutes(10));

    /// <summary>How long a person may take to fetch the other screen.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <returns>The device's code and the person's.</returns>
    public async Task<(string DeviceCode, string UserCode)> AddAsync(string clientId, ScopeSet scopes, IReadOnlyList<string> resources, CancellationToken cancellationToken)
    {
        var deviceCode = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var (deviceHash, scope, targets) = (Handle.Hash(deviceCode), scopes.ToString(), string.Join(' ', resources));
        var now = clock.GetUtcNow();
        var (instant, until) = (now.ToUnixTimeMilliseconds(), (now + Lifetime).ToUnixTimeMilliseconds());
        while (true)
        {
            var userCode = RandomNumberGenerator.GetString(UserCode.Letters, UserCode.Length);
            var userHash = HashOf(userCode);
            // A code that somebody else was given is not given twice: then another is drawn.
            if (await store.WriteAsync(
                    db => db.Database.ExecuteSqlAsync(
                        $"INSERT INTO device_codes (device_hash, user_hash, client_id, scope, resources, expires_at, interval_seconds, next_poll_at) VALUES ({deviceHash}, {userHash}, {clientId}, {scope}, {targets}, {until}, {Interval}, {instant}) ON CONFLICT DO NOTHING",
                        cancellationToken),
                    cancellationToken) == 1)
            {
                return (deviceCode, userCode);
            }
        }
    }

    /// <summary>The device that waits for what a signed-in person typed. Charged before it is looked up, given back when it is found.</summary>
    /// <returns>The device, or null; and whether too much was tried.</returns>
    public async Task<(DeviceCodeRow? Row, bool Blocked)> FindAsync(string? typed, int accountId, Caller caller, CancellationToken cancellationToken)
    {
        if (UserCode.Read(typed) is not { } code)
        {
            return (null, false);
        }

        var (receipt, _) = await throttle.ChargeAsync(
            [new(perAccount, accountId.ToString(System.Globalization.CultureInfo.InvariantCulture)), new(perAddress, caller.Network)], cancellationToken);
        if (receipt is null)
        {
            return (null, true);
        }

        // From here to the settlement nothing stops for a client that hangs up, or hanging up would buy free guesses.
        var (hash, now) = (HashOf(code), clock.GetUtcNow());
        var row = await store.ReadAsync(db => db.DeviceCodes.AsNoTracking().SingleOrDefaultAsync(one => one.UserHash == hash && one.DecidedAt == null && one.ExpiresAt > now, CancellationToken.None), CancellationToken.None);
        await (row is null ? throttle.KeepAsync(receipt) : throttle.RefundAsync(receipt));
        return (row, false);
    }

    /// <summary>The person's answer, once: one statement, whose rows-affected is the verdict.</summary>
    public Task<bool> DecideAsync(DeviceCodeRow device, SessionRow session, bool allow, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.TransactAsync(
            async db =>
            {
                var waiting = db.DeviceCodes.Where(row => row.DeviceHash == device.DeviceHash && row.DecidedAt == null && row.ExpiresAt > now);
                if (!allow)
                {
                    return (true, await waiting.ExecuteUpdateAsync(set => set.SetProperty(row => row.DecidedAt, now), cancellationToken) == 1);
                }

                var decided = await waiting.ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.DecidedAt, now).SetProperty(row => row.AccountId, session.AccountId).SetProperty(row => row.Sid, session.Sid)
                        .SetProperty(row => row.AuthTime, session.AuthTime).SetProperty(row => row.Amr, session.Amr),
                    cancellationToken) == 1;
                if (decided)
                {
                    // The client took part in the session, and is told of its end.
                    await db.Database.ExecuteSqlAsync($"INSERT INTO session_clients (sid, client_id) VALUES ({session.Sid}, {device.ClientId}) ON CONFLICT DO NOTHING", cancellationToken);
                }

                return (true, decided);
            },
            cancellationToken);
    }

    private string HashOf(string userCode) => roots.Lookup("device user code", userCode);
}
