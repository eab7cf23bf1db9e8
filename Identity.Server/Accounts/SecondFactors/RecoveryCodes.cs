using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>Ten codes for whoever lost the authenticator app: shown once, at rest as MACs over account and code, each used once.</summary>
internal sealed class RecoveryCodes(IdentityStore store, RootKeys roots, TimeProvider clock)
{
    /// <summary>How many there are.</summary>
    public const int Count = 10;

    // 49 bits each, behind the throttle and a keyed hash.
    private const int Length = 10;
    private const int Group = 5;

    /// <summary>New codes in place of all earlier ones. Belongs into the transaction of whatever calls for them.</summary>
    /// <returns>In clear, to be shown once.</returns>
    public async Task<IReadOnlyList<string>> ReplaceAsync(IdentityDb db, int accountId, CancellationToken cancellationToken)
    {
        var codes = Enumerable.Range(0, Count).Select(_ => ReadableSecret.Draw(Length, Group)).ToList();
        await db.RecoveryCodes.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);
        db.AddRange(codes.Select(code => new RecoveryCodeRow { Mac = Mac(accountId, ReadableSecret.Read(code, Length)!), AccountId = accountId }));
        await db.SaveChangesAsync(cancellationToken);
        return codes;
    }

    /// <summary>True for the one who uses the code first. Belongs into the transaction of what it is good for.</summary>
    public async Task<bool> UseAsync(IdentityDb db, int accountId, string typed, CancellationToken cancellationToken)
    {
        if (ReadableSecret.Read(typed, Length) is not { } code)
        {
            return false;
        }

        var (mac, now) = (Mac(accountId, code), clock.GetUtcNow());
        return await db.RecoveryCodes.Where(row => row.Mac == mac && row.AccountId == accountId && row.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), cancellationToken) == 1;
    }

    /// <summary>Belongs into the transaction that turns two-step verification off.</summary>
    public static Task<int> RemoveAsync(IdentityDb db, int accountId, CancellationToken cancellationToken) =>
        db.RecoveryCodes.Where(row => row.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>How many are left.</summary>
    public Task<int> LeftAsync(int accountId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.RecoveryCodes.CountAsync(row => row.AccountId == accountId && row.UsedAt == null, cancellationToken), cancellationToken);

    private string Mac(int accountId, string code) => roots.Lookup("recovery code", FormattableString.Invariant($"{accountId}\n{code}"));
}
