using System.Data.Common;
using Identity.OpenId.Errors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>API keys: what an account chose to be recognised by instead of a password, sealed at rest, one each.</summary>
internal sealed class ApiKeys(IdentityStore store, RootKeys roots, Throttle throttle, AccountsOptions options, TimeProvider clock, ILogger<ApiKeys> logger)
{
    /// <summary>Shorter keys are kept for display and sign nobody in.</summary>
    public const int LeastLength = 32;

    /// <summary>In UTF-16 units.</summary>
    public const int MaxLength = 256;

    private const string Purpose = "api key";

    // Two accounts that choose one key at the same instant: the index stops the second, which comes again and sees the first.
    private const int MaxRaces = 16;

    // ISO 9075, as PostgreSQL reports it.
    private const string UniqueViolation = "23505";

    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<ApiKeyRow?>> findByMac = EF.CompileAsyncQuery(
        (IdentityDb db, string mac) => db.ApiKeys.AsNoTracking().Include(row => row.Account).SingleOrDefault(row => row.Mac == mac));

    private readonly ThrottleRule perKey = new(Purpose, options.Throttle.FailuresPerName, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    private readonly ThrottleRule perKeyAndAddress = new($"{Purpose} and address", options.Throttle.FailuresPerNameAndAddress, TimeSpan.FromMinutes(10));
    private readonly ThrottleRule perAddress = options.Throttle.PerAddress;

    /// <summary>The key as it was set; null for an account that has none.</summary>
    public async Task<ApiKey?> FindAsync(int accountId, CancellationToken cancellationToken) =>
        await store.ReadAsync(db => db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.AccountId == accountId, cancellationToken), cancellationToken) is { } row
            ? new ApiKey(roots.Unseal(Purpose, row.Sealed, accountId), row.ExpiresAt.AddTicks(row.ExpiresRest), row.SetByNumber, row.SetFrom) { SetAt = row.SetAt }
            : null;

    /// <summary>
    /// Sets the account's key in place of its earlier one. A key that another account has already is kept too, but signs
    /// nobody in: the answer must not tell, and the first owner must not lose theirs to a guess.
    /// </summary>
    /// <param name="account">Whose.</param>
    /// <param name="key">The new one.</param>
    /// <param name="by">Who sets it.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="replaces">When the key was set that this one takes the place of, 0 for none; anything else is there meanwhile, and nothing happens. Null: whatever is there.</param>
    /// <returns>Whether it was set.</returns>
    public async Task<bool> SetAsync(Account account, ApiKey key, Account by, CancellationToken cancellationToken, long? replaces = null)
    {
        var (always, before) = (replaces is null ? 1 : 0, replaces ?? 0);
        var (id, now) = (account.Id, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var sealedKey = roots.Seal(Purpose, key.Text, id);
        var mac = key.Text.Length >= LeastLength ? roots.Lookup(Purpose, key.Text) : null;
        var expires = key.ExpiresAt.ToUnixTimeMilliseconds();
        var rest = (int)(key.ExpiresAt - DateTimeOffset.FromUnixTimeMilliseconds(expires)).Ticks;
        var (number, from) = (key.SetByNumber, key.SetFrom);
        for (var race = 1; ; race++)
        {
            try
            {
                if (await store.WriteAsync(
                    db => db.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO api_keys (account_id, sealed, mac, expires_at, expires_rest, set_by_number, set_from, set_at)
                        SELECT {id}, {sealedKey}, (SELECT CAST({mac} AS TEXT) WHERE NOT EXISTS (SELECT 1 FROM api_keys AS other WHERE other.mac = {mac} AND other.account_id <> {id})),
                            {expires}, {rest}, {number}, {from}, {now} WHERE {always} = 1 OR {before} = 0 OR EXISTS (SELECT 1 FROM api_keys AS mine WHERE mine.account_id = {id})
                        ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, mac = excluded.mac, expires_at = excluded.expires_at, expires_rest = excluded.expires_rest,
                            set_by_number = excluded.set_by_number, set_from = excluded.set_from, set_at = excluded.set_at
                        WHERE {always} = 1 OR api_keys.set_at = {before}
                        """,
                        cancellationToken),
                    cancellationToken) == 0)
                {
                    return false;
                }

                break;
            }
            catch (DbException conflict) when (race < MaxRaces && conflict.SqlState is UniqueViolation)
            {
                // Once more.
            }
        }

        AuditLog.ApiKeySet(logger, account.Subject, by.Subject, key.SetFrom);
        return true;
    }

    public async Task ClearAsync(Account account, Account by, string address, CancellationToken cancellationToken)
    {
        if (await store.WriteAsync(db => db.ApiKeys.Where(row => row.AccountId == account.Id).ExecuteDeleteAsync(cancellationToken), cancellationToken) == 1)
        {
            AuditLog.ApiKeyCleared(logger, account.Subject, by.Subject, address);
        }
    }

    /// <summary>Whose key it is. Charged before it is looked for, like a password; every refusal reads the same.</summary>
    public async Task<Result<Account>> SignInAsync(string presented, Caller caller, CancellationToken cancellationToken)
    {
        var (receipt, blocked) = await throttle.ChargeAsync(
            [new(perKey, presented), new(perKeyAndAddress, $"{presented}\n{caller.Network}"), new(perAddress, caller.Network)], cancellationToken);
        if (receipt is null)
        {
            return Refuse(caller, blocked == perAddress ? RefusalReason.Throttled : RefusalReason.Locked);
        }

        // From here to the settlement nothing stops for a client that hangs up, or hanging up would buy free guesses.
        var mac = roots.Lookup(Purpose, presented);
        var row = await store.ReadAsync(db => findByMac(db, mac), CancellationToken.None);
        var reason = Judge(row);
        if (reason != RefusalReason.None)
        {
            await throttle.KeepAsync(receipt);
            return Refuse(caller, reason);
        }

        await throttle.RefundAsync(receipt);
        AuditLog.SignedInByApiKey(logger, row!.Account!.Subject, caller.Address);
        return row.Account;
    }

    // Two-step verification does not stand in the way: an API key is no password but what an app password is, a secret of
    // its own, too long to guess, that its owner made after signing in or an administrator gave, and can take back. Whatever
    // ends everything that an account has open (a new password, a reset of the second step) ends an older key as well; it
    // is shown on, and signs in again once it is set anew.
    private RefusalReason Judge(ApiKeyRow? row) => row switch
    {
        null => RefusalReason.UnknownToken,
        _ when row.ExpiresAt.AddTicks(row.ExpiresRest) <= clock.GetUtcNow() => RefusalReason.Expired,
        { Account.DisabledAt: not null } => RefusalReason.Disabled,
        _ when row.Account!.Outlived(row.SetAt) => RefusalReason.Revoked,
        _ => RefusalReason.None,
    };

    private OAuthError Refuse(Caller caller, RefusalReason reason)
    {
        AuditLog.ApiKeyRefused(logger, caller.Address, reason);
        return OAuthError.InvalidGrant(reason is RefusalReason.Locked or RefusalReason.Throttled ? "Too many failed attempts; try again later." : "The API key is not valid.", reason);
    }
}

/// <param name="Text">In clear; never logged.</param>
/// <param name="ExpiresAt">To 100 ns.</param>
/// <param name="SetByNumber">The legacy number of whoever set it.</param>
/// <param name="SetFrom">Their address.</param>
internal sealed record ApiKey(string Text, DateTimeOffset ExpiresAt, int SetByNumber, string SetFrom)
{
    /// <summary>Of one that was found.</summary>
    public DateTimeOffset SetAt { get; init; }

    /// <summary>Nothing of it is for a log.</summary>
    public override string ToString() => nameof(ApiKey);
}
