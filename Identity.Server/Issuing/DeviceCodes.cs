using Identity.OpenId.Clients;
using Identity.OpenId.Device;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>Device codes at the token endpoint, RFC 8628 §3.4: polled, and redeemed once by one statement.</summary>
internal sealed class DeviceCodes(IdentityStore store, TimeProvider clock)
{
    private const int LongestInterval = 60;

    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<DeviceCodeRow?>> find = EF.CompileAsyncQuery(
        (IdentityDb db, string hash) => db.DeviceCodes.AsNoTracking().Include(row => row.Account).SingleOrDefault(row => row.DeviceHash == hash));

    /// <summary>An approved code that this client may redeem now, not used up yet.</summary>
    public async Task<Result<DeviceCodeRow>> PollAsync(string deviceCode, ClientMetadata client, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(deviceCode) || await store.ReadAsync(db => find(db, Handle.Hash(deviceCode)), cancellationToken) is not { } row
            || !string.Equals(row.ClientId, client.ClientId, StringComparison.Ordinal))
        {
            return DeviceState.Spent;
        }

        var now = clock.GetUtcNow();
        var state = new DeviceState(row.ExpiresAt, row.DecidedAt is not null, row.AccountId is not null, row.RedeemedAt is not null);
        if (state.Refusal(now) is { } refusal)
        {
            return refusal == DeviceState.Pending && !await InTimeAsync(row.DeviceHash, row.IntervalSeconds, now, cancellationToken) ? DeviceState.SlowDown : refusal;
        }

        // Whether the session that let it in is still open is asked where it is used.
        return row.Account is { DisabledAt: null } ? row : DeviceState.Spent;
    }

    /// <summary>The one statement. It belongs into the commit of what the code gives.</summary>
    internal static async Task<bool> UseAsync(IdentityDb db, string deviceHash, Guid family, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.DeviceCodes
            .Where(row => row.DeviceHash == deviceHash && row.RedeemedAt == null && row.AccountId != null && row.ExpiresAt > now && db.Sessions.Any(session => session.Sid == row.Sid && session.EndedAt == null))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.RedeemedAt, now).SetProperty(row => row.FamilyId, family), cancellationToken) == 1;

    // §3.5: one poll in each interval. Rows affected is the verdict; a poll too many makes the interval longer.
    private Task<bool> InTimeAsync(string hash, int interval, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var next = now + TimeSpan.FromSeconds(interval);
        var instant = now.ToUnixTimeMilliseconds();
        return store.WriteAsync(
            async db =>
            {
                var inTime = await db.DeviceCodes.Where(row => row.DeviceHash == hash && row.NextPollAt <= now).ExecuteUpdateAsync(set => set.SetProperty(row => row.NextPollAt, next), cancellationToken) == 1;
                if (!inTime)
                {
                    await db.Database.ExecuteSqlAsync(
                        $"UPDATE device_codes SET interval_seconds = interval_seconds + 5, next_poll_at = {instant} + (interval_seconds + 5) * 1000 WHERE device_hash = {hash} AND interval_seconds < {LongestInterval}",
                        cancellationToken);
                }

                return inTime;
            },
            cancellationToken);
    }
}
