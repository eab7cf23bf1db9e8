using System.Security.Cryptography;
using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>The secrets of authenticator apps: sealed at rest, confirmed before they count, each time step accepted once.</summary>
internal sealed class AuthenticatorApps(IdentityStore store, RootKeys roots, TimeProvider clock)
{
    private const string Purpose = "totp secret";

    /// <summary>A secret for an account that has none, to be confirmed. Asked again before that it is the same one, so that a page that is loaded twice does not void the code that was scanned.</summary>
    /// <returns>Null when the account has a confirmed one.</returns>
    public async Task<byte[]?> EnrolAsync(int accountId, CancellationToken cancellationToken)
    {
        var (fresh, now) = (roots.Seal(Purpose, Convert.ToBase64String(RandomNumberGenerator.GetBytes(Totp.SecretSize)), accountId), clock.GetUtcNow().ToUnixTimeMilliseconds());
        var row = await store.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO totp_secrets (account_id, sealed, last_step, created_at) VALUES ({accountId}, {fresh}, 0, {now}) ON CONFLICT (account_id) DO NOTHING", cancellationToken);
                return await FindAsync(db, accountId, cancellationToken);
            },
            cancellationToken);
        return row is { ConfirmedAt: null } ? Open(row) : null;
    }

    /// <summary>The secret that waits to be confirmed; nothing is made.</summary>
    public async Task<byte[]?> WaitingAsync(int accountId, CancellationToken cancellationToken) =>
        await store.ReadAsync(db => FindAsync(db, accountId, cancellationToken), cancellationToken) is { ConfirmedAt: null } row ? Open(row) : null;

    /// <summary>Confirms the secret by a code of it. Belongs into the transaction that turns two-step verification on.</summary>
    public async Task<bool> ConfirmAsync(IdentityDb db, int accountId, string typed, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await FindAsync(db, accountId, cancellationToken) is { ConfirmedAt: null } row && Totp.Match(Open(row), Totp.Read(typed), now) is { } step
            && await db.TotpSecrets.Where(one => one.AccountId == accountId && one.ConfirmedAt == null && one.Sealed == row.Sealed)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.ConfirmedAt, now).SetProperty(one => one.LastStep, step), cancellationToken) == 1;
    }

    /// <summary>True for the one who presents a code of a time step that was not used, nor any after it. Belongs into the transaction of what it is good for.</summary>
    public async Task<bool> UseAsync(IdentityDb db, int accountId, string typed, CancellationToken cancellationToken) =>
        await FindAsync(db, accountId, cancellationToken) is { ConfirmedAt: not null } row && Totp.Match(Open(row), Totp.Read(typed), clock.GetUtcNow()) is { } step
        && await db.TotpSecrets.Where(one => one.AccountId == accountId && one.ConfirmedAt != null && one.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.LastStep, step), cancellationToken) == 1;

    /// <summary>Takes the app away. Belongs into the transaction that turns two-step verification off.</summary>
    public static Task<int> RemoveAsync(IdentityDb db, int accountId, CancellationToken cancellationToken) =>
        db.TotpSecrets.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);

    private static Task<TotpSecretRow?> FindAsync(IdentityDb db, int accountId, CancellationToken cancellationToken) =>
        db.TotpSecrets.AsNoTracking().SingleOrDefaultAsync(row => row.AccountId == accountId, cancellationToken);

    private byte[] Open(TotpSecretRow row) => Convert.FromBase64String(roots.Unseal(Purpose, row.Sealed, row.AccountId));
}
