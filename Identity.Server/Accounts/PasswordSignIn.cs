using Identity.OpenId.Errors;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>
/// The only place where a password is checked, for every door. Charged before hashing, and the same cost and the same
/// words whether or not the account exists.
/// </summary>
internal sealed class PasswordSignIn(IdentityStore store, Throttle throttle, AppPasswords appPasswords, RememberedDevices devices, AccountsOptions options, HashQueue hashes, IPasswordHasher<Account> hasher, TimeProvider clock, ILogger<PasswordSignIn> logger)
{
    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<Account?>> findByName = EF.CompileAsyncQuery(
        (IdentityDb db, string name) => db.SignInNames.AsNoTracking().Where(row => row.Name == name).Select(row => row.Account).SingleOrDefault());

    private readonly Func<IdentityDb, string, Task<AppPasswordRow?>> findAppPassword = EF.CompileAsyncQuery(
        (IdentityDb db, string mac) => db.AppPasswords.AsNoTracking().SingleOrDefault(row => row.Mac == mac));

    private static readonly Account Nobody = new() { Subject = "" };

    // Hashed with today's parameters, so that an unknown name costs what a known one does.
    private readonly Lazy<string> decoy = new(() => hasher.HashPassword(Nobody, "a password that nobody has"));

    private readonly ThrottleRule perName = new("name", options.Throttle.FailuresPerName, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    private readonly ThrottleRule perNameAndAddress = new("name and address", options.Throttle.FailuresPerNameAndAddress, TimeSpan.FromMinutes(10));
    private readonly ThrottleRule perAddress = options.Throttle.PerAddress;

    /// <summary>Makes the decoy now rather than in the first unknown visitor's time.</summary>
    public void Prepare() => _ = decoy.Value;

    /// <param name="presentedName">As it was typed.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="door">What it is to be good for.</param>
    /// <param name="caller">Where it came from.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="deviceHash">What a remembered device is known by; null where there is none.</param>
    public async Task<Result<PasswordProof>> CheckAsync(string presentedName, string password, PasswordDoor door, Caller caller, CancellationToken cancellationToken, string? deviceHash = null)
    {
        // Before the charge: a visitor who finds no place has tried nothing.
        using var place = hashes.TryEnter();
        if (place is null)
        {
            return hashes.Full();
        }

        // A name that no account can have is still charged and hashed, under its own spelling.
        var key = SignInName.Key(presentedName);
        var name = key ?? presentedName;
        // A device that the account knows has a count of its own, so that others' guesses do not lock its person out.
        var known = key is not null && deviceHash is not null && await devices.KnowsAsync(key, deviceHash, cancellationToken);
        var whose = known ? $"{name}\n{deviceHash}" : name;
        var (receipt, blocked) = await throttle.ChargeAsync(
            [new(perName, whose), new(perNameAndAddress, $"{whose}\n{caller.Network}"), new(perAddress, caller.Network)], cancellationToken);
        if (receipt is null)
        {
            return Refuse(caller, blocked == perAddress ? RefusalReason.Throttled : RefusalReason.Locked);
        }

        // From here to the settlement nothing stops for a client that hangs up, or hanging up would buy free guesses.
        var account = key is null ? null : await store.ReadAsync(db => findByName(db, name), CancellationToken.None);
        var verdict = await place.VerifyAsync(account ?? Nobody, account?.PasswordHash ?? decoy.Value, password);
        // Looked for whether or not there can be one, so that the time does not tell who has two-step verification.
        var mac = appPasswords.Mac(account?.Id ?? 0, AppPasswords.Key(password));
        var appPassword = door == PasswordDoor.FirstStep ? null : await store.ReadAsync(db => findAppPassword(db, mac), CancellationToken.None);
        var reason = Judge(account, verdict, appPassword, door);
        if (reason != RefusalReason.None)
        {
            await throttle.KeepAsync(receipt);
            return Refuse(caller, reason);
        }

        await throttle.RefundAsync(receipt);
        if (appPassword is not null)
        {
            await appPasswords.SeenAsync(appPassword, cancellationToken);
            AuditLog.SignedInByAppPassword(logger, account!.Subject, caller.Address);
            return new PasswordProof(account, PasswordProof.ByAppPassword);
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await RehashAsync(place, account!, password, cancellationToken);
        }

        AuditLog.SignedIn(logger, account!.Subject, caller.Address);
        return new PasswordProof(account, PasswordProof.ByPassword) { OwesSecondStep = account.TwoFactorEnabled && door == PasswordDoor.FirstStep, FromKnownDevice = known };
    }

    /// <summary>Lifts the lock that failed attempts put on an account's names.</summary>
    public Task ForgiveAsync(IEnumerable<string> names, CancellationToken cancellationToken) => throttle.ForgetAsync([.. names.Select(name => new ThrottleKey(perName, name))], cancellationToken);

    private static RefusalReason Judge(Account? account, PasswordVerificationResult verdict, AppPasswordRow? appPassword, PasswordDoor door) => (account, verdict) switch
    {
        (null, _) => RefusalReason.UnknownAccount,
        ({ TwoFactorEnabled: true, DisabledAt: null }, _) when appPassword?.AccountId == account.Id && !account.Outlived(appPassword.CreatedAt) => RefusalReason.None,
        ({ PasswordHash: null }, _) or (_, PasswordVerificationResult.Failed) => RefusalReason.WrongPassword,
        ({ DisabledAt: not null }, _) => RefusalReason.Disabled,
        // A password alone is not enough here, and saying so would tell a thief that he has the right one.
        ({ TwoFactorEnabled: true }, _) when door == PasswordDoor.Whole => RefusalReason.WrongPassword,
        _ => RefusalReason.None,
    };

    private OAuthError Refuse(Caller caller, RefusalReason reason)
    {
        AuditLog.SignInRefused(logger, caller.Address, reason);
        return OAuthError.InvalidGrant(
            reason is RefusalReason.Locked or RefusalReason.Throttled ? "Too many failed attempts; try again later." : "The user name or the password is wrong.",
            reason);
    }

    private async Task RehashAsync(HashQueue.Place place, Account account, string password, CancellationToken cancellationToken)
    {
        var (before, after) = (account.PasswordHash, await place.HashAsync(account, password));
        // Only over the hash that was verified: a password changed meanwhile stays changed.
        await store.WriteAsync(
            db => db.Accounts.Where(row => row.Id == account.Id && row.PasswordHash == before)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, after).SetProperty(row => row.UpdatedAt, clock.GetUtcNow()), cancellationToken),
            cancellationToken);
    }
}
