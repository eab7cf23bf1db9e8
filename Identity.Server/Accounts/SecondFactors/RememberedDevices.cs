using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>
/// Browsers in which a person took both steps and asked to be spared the second for some days. The cookie is worth nothing without the
/// password, nothing for another account, and nothing once the account's credentials changed (docs/decisions/0017).
/// </summary>
internal sealed class RememberedDevices(IdentityStore store, AccountsOptions options, TimeProvider clock, ILogger<RememberedDevices> logger)
{
    /// <summary>For how long; zero when nobody is offered it.</summary>
    public TimeSpan Lifetime { get; } = TimeSpan.FromDays(options.RememberDeviceDays);

    /// <summary>Whether a sign-in that waits may ask for it: a new one by password, for no other first step is spared the second.</summary>
    public bool IsOfferedTo(PendingSignInRow pending) => Lifetime > TimeSpan.Zero && pending is { Sid: null, Amr: PasswordProof.ByPassword };

    /// <summary>A handle for this browser. It counts once <see cref="AddAsync"/> is committed.</summary>
    public NewDevice Draw(HttpContext http, PendingSignInRow pending) => new(Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)), SessionCookies.DeviceHash(http.Request), pending.BegunAt + Lifetime);

    /// <summary>Belongs into the transaction that uses up the second step. What the browser was known for to other accounts goes on under its new handle.</summary>
    public static async Task AddAsync(IdentityDb db, PendingSignInRow pending, NewDevice device, CancellationToken cancellationToken)
    {
        var (hash, accountId) = (Handle.Hash(device.Handle), pending.AccountId);
        if (device.Before is { } before)
        {
            await db.RememberedDevices.Where(row => row.HandleHash == before && row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);
            await db.RememberedDevices.Where(row => row.HandleHash == before).ExecuteUpdateAsync(set => set.SetProperty(row => row.HandleHash, hash), cancellationToken);
        }

        // From the beginning of the sign-in, not from now: credentials that change at this very moment end it, whoever commits first.
        db.Add(new RememberedDeviceRow { HandleHash = hash, AccountId = accountId, CreatedAt = pending.BegunAt, ExpiresAt = device.Until });
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Whether the browser is known to the account that a name belongs to.</summary>
    /// <param name="name">A normalised sign-in name.</param>
    /// <param name="deviceHash">See <see cref="SessionCookies.DeviceHash"/>.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<bool> KnowsAsync(string name, string deviceHash, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // A setting that was made shorter holds for those that are there too.
        return await store.ReadAsync(
                db => db.SignInNames.AsNoTracking().Where(row => row.Name == name)
                    .Join(db.RememberedDevices.Where(row => row.HandleHash == deviceHash && row.ExpiresAt > now), row => row.AccountId, row => row.AccountId, (_, row) => new { row.CreatedAt, row.Account })
                    .SingleOrDefaultAsync(cancellationToken),
                cancellationToken)
            is { Account: { TwoFactorEnabled: true, DisabledAt: null } account } found && now < found.CreatedAt + Lifetime && !account.Outlived(found.CreatedAt);
    }

    /// <summary>How many an account has.</summary>
    public Task<int> CountAsync(int accountId, CancellationToken cancellationToken)
    {
        var (now, oldest) = (clock.GetUtcNow(), clock.GetUtcNow() - Lifetime);
        return store.ReadAsync(db => db.RememberedDevices.CountAsync(row => row.AccountId == accountId && row.ExpiresAt > now && row.CreatedAt > oldest, cancellationToken), cancellationToken);
    }

    /// <summary>Each of them is asked for the second step again.</summary>
    public async Task<bool> ForgetAllAsync(Account account, CancellationToken cancellationToken)
    {
        var forgotten = await store.WriteAsync(db => RemoveAsync(db, account.Id, cancellationToken), cancellationToken) > 0;
        if (forgotten)
        {
            AuditLog.DevicesForgotten(logger, account.Subject);
        }

        return forgotten;
    }

    /// <summary>Belongs into the transaction of whatever ends everything else.</summary>
    public static Task<int> RemoveAsync(IdentityDb db, int accountId, CancellationToken cancellationToken) =>
        db.RememberedDevices.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);
}

/// <param name="Handle">What the browser is to be known by.</param>
/// <param name="Before">The hash of what it was known by; null for a browser that was not.</param>
/// <param name="Until">When it is over.</param>
internal sealed record NewDevice(string Handle, string? Before, DateTimeOffset Until);
