using System.Security.Cryptography;
using Identity.OpenId.Authorize;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Languages;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>
/// Sign-ins whose first step was proved and that wait for their second: nothing has begun for them. Known by a handle in a cookie,
/// so that it is in no address, and used once.
/// </summary>
internal sealed class SecondSteps(IdentityStore store, Throttle throttle, AuthenticatorApps apps, RecoveryCodes recoveryCodes, Notices notices, AccountsOptions options, TimeProvider clock, ILogger<SecondSteps> logger)
{
    /// <summary>How long a first step waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The <c>amr</c> of an authenticator app and of a recovery code, RFC 8176 §2.</summary>
    private const string OneTimePassword = "otp";

    // By account and not by waiting sign-in: whoever has the password could begin as many as he likes.
    private readonly ThrottleRule perAccount = new("second step", options.Throttle.FailuresPerName, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    private readonly ThrottleRule perAddress = options.Throttle.PerAddress;

    /// <param name="http">The browser.</param>
    /// <param name="account">Whose first step was proved.</param>
    /// <param name="methods">How, RFC 8176.</param>
    /// <param name="remember">Whether the session is to last.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="sid">The session that is proved anew; null when one is to begin.</param>
    public async Task BeginAsync(HttpContext http, Account account, IReadOnlyList<string> methods, bool remember, CancellationToken cancellationToken, string? sid = null)
    {
        var (handle, now) = (Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)), clock.GetUtcNow());
        var hash = Handle.Hash(handle);
        await store.WriteAsync(
            db =>
            {
                db.Add(new PendingSignInRow
                {
                    HandleHash = hash,
                    AccountId = account.Id,
                    Amr = string.Join(' ', methods),
                    Remember = remember,
                    Sid = sid,
                    BegunAt = now,
                    ExpiresAt = now + Patience,
                });
                return db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken,
            LostAnswer.Ask(db => db.PendingSignIns.AnyAsync(row => row.HandleHash == hash, cancellationToken)));
        SessionCookies.SetSecondStep(http, handle);
    }

    /// <summary>What waits in this browser, account included; null when nothing does, or when what was proved counts no more.</summary>
    public async Task<PendingSignInRow?> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (SessionCookies.SecondStepHandle(http.Request) is not { } handle)
        {
            return null;
        }

        var (hash, now) = (Handle.Hash(handle), clock.GetUtcNow());
        var row = await store.ReadAsync(
            db => db.PendingSignIns.AsNoTracking().Include(one => one.Account).SingleOrDefaultAsync(one => one.HandleHash == hash && one.UsedAt == null && one.ExpiresAt > now, cancellationToken), cancellationToken);
        return row is { Account: { DisabledAt: null, TwoFactorEnabled: true } account } && !account.Outlived(row.BegunAt) ? row : null;
    }

    /// <summary>The second step alone, of a session whose first was taken already. Nothing but the code is to be proved.</summary>
    public Task StepUpAsync(HttpContext http, SessionRow session, CancellationToken cancellationToken) => BeginAsync(http, session.Account!, [], remember: false, cancellationToken, session.Sid);

    /// <summary>Charged before comparing; a code and the sign-in that it completes are used up in one commit.</summary>
    /// <param name="pending">What waits.</param>
    /// <param name="typed">The code.</param>
    /// <param name="caller">From where.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="device">Remembered with it; null when the person did not ask for that.</param>
    /// <returns>How the person signed in, RFC 8176.</returns>
    public async Task<Result<IReadOnlyList<string>>> CheckAsync(PendingSignInRow pending, string typed, Caller caller, CancellationToken cancellationToken, NewDevice? device = null)
    {
        var account = pending.Account!;
        var (receipt, blocked) = await throttle.ChargeAsync([new(perAccount, account.Subject), new(perAddress, caller.Network)], cancellationToken);
        if (receipt is null)
        {
            return Refuse(account, caller, blocked == perAddress ? RefusalReason.Throttled : RefusalReason.Locked);
        }

        var notice = notices.Seal(account, new Notice(Words.Key("A recovery code was used"), Words.Key("Somebody signed in to your account with a recovery code in place of the authenticator app.")), caller);
        // As with passwords: hanging up buys no free guess.
        var means = await store.TransactAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                if (await db.PendingSignIns.Where(row => row.HandleHash == pending.HandleHash && row.UsedAt == null && row.ExpiresAt > now)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), CancellationToken.None) == 0)
                {
                    return (false, Means.None);
                }

                var by = await apps.UseAsync(db, account.Id, typed, CancellationToken.None) ? Means.App
                    : await recoveryCodes.UseAsync(db, account.Id, typed, CancellationToken.None) ? Means.RecoveryCode
                    : Means.None;
                if (by != Means.None && device is not null)
                {
                    await RememberedDevices.AddAsync(db, pending, device, CancellationToken.None);
                }

                if (by == Means.RecoveryCode && notice is not null)
                {
                    db.Add(notice);
                    await db.SaveChangesAsync(CancellationToken.None);
                }

                return (by != Means.None, by);
            },
            CancellationToken.None);
        if (means == Means.None)
        {
            await throttle.KeepAsync(receipt);
            return Refuse(account, caller, RefusalReason.WrongPassword);
        }

        await throttle.RefundAsync(receipt);
        if (means == Means.RecoveryCode)
        {
            await notices.PostAsync(notice);
        }

        AuditLog.SecondStep(logger, account.Subject, means == Means.App ? "authenticator app" : "recovery code", caller.Address);
        if (device is not null)
        {
            AuditLog.DeviceRemembered(logger, account.Subject, caller.Address);
        }

        return Result.Of<IReadOnlyList<string>>([.. pending.Amr.Split(' ', StringSplitOptions.RemoveEmptyEntries), OneTimePassword, AuthenticationContext.ManyFactors]);
    }

    /// <summary>The <c>amr</c> that a session gains when its person turns two-step verification on.</summary>
    public static IReadOnlyList<string> Gained { get; } = [OneTimePassword, AuthenticationContext.ManyFactors];

    /// <summary>Lifts the lock that failed attempts put on an account's second step.</summary>
    public Task ForgiveAsync(Account account, CancellationToken cancellationToken) => throttle.ForgetAsync([new ThrottleKey(perAccount, account.Subject)], cancellationToken);

    private OAuthError Refuse(Account account, Caller caller, RefusalReason reason)
    {
        AuditLog.SecondStepRefused(logger, account.Subject, caller.Address, reason);
        return OAuthError.InvalidGrant("The second step failed.", reason);
    }

    private enum Means
    {
        None,
        App,
        RecoveryCode,
    }
}
