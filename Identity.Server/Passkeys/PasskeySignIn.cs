using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Sessions;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Passkeys;

/// <summary>The only place where a passkey is checked, for every page that takes one. Charged before anything is computed, by the throttle that passwords have.</summary>
internal sealed class PasskeySignIn(
    IPasskeyHandler<Account> handler, PasskeyChallenges challenges, AccountPasskeys passkeys, RelyingParty relyingParty, Throttle throttle, AccountsOptions options, ILogger<PasskeySignIn> logger)
{
    /// <summary>An answer of a browser has some 2000 characters; one with a certificate of its maker, a few times that.</summary>
    internal const int MaxCredential = 32 * 1024;

    // A credential identifier is known to its authenticator and to us, so nobody can lock another person's with it.
    private readonly ThrottleRule perPasskey = new("passkey", options.Throttle.FailuresPerName, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    private readonly ThrottleRule perAddress = options.Throttle.PerAddress;

    /// <summary>For a page that takes passkeys; null where browsers have none.</summary>
    /// <param name="http">The browser.</param>
    /// <param name="account">Whose passkeys; null for any that the browser knows, which says nothing about who has some.</param>
    public async Task<PasskeyOffer?> OfferAsync(HttpContext http, Account? account = null)
    {
        if (!relyingParty.Serves(http.Request))
        {
            return null;
        }

        var made = await handler.MakeRequestOptionsAsync(account, http);
        return new(made.RequestOptionsJson, challenges.Seal(Owner(http), made.AssertionState ?? ""));
    }

    /// <summary>Whose passkey answered the challenge.</summary>
    /// <param name="http">The browser.</param>
    /// <param name="challenge">As <see cref="OfferAsync"/> gave it.</param>
    /// <param name="credential">The browser's answer.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<Result<Account>> CheckAsync(HttpContext http, string? challenge, string? credential, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        // Costs nothing, so it is not charged: whoever left a page open for too long has guessed at nothing.
        if (!relyingParty.Serves(http.Request) || challenges.Open(Owner(http), challenge) is not { } open)
        {
            return Refuse(caller, RefusalReason.DeadChallenge);
        }

        List<ThrottleKey> keys = [new(perAddress, caller.Network)];
        if (IdOf(credential) is { } id)
        {
            keys.Insert(0, new(perPasskey, id));
        }

        var (receipt, blocked) = await throttle.ChargeAsync(keys, cancellationToken);
        if (receipt is null)
        {
            return Refuse(caller, blocked == perAddress ? RefusalReason.Throttled : RefusalReason.Locked);
        }

        // From here to the settlement nothing stops for a client that hangs up.
        var (account, reason) = keys.Count == 1 ? (null, RefusalReason.WrongPasskey)
            : await challenges.UseAsync(open, CancellationToken.None) ? await JudgeAsync(http, open, credential!, caller)
            : (null, RefusalReason.DeadChallenge);
        if (account is null)
        {
            await throttle.KeepAsync(receipt);
            return Refuse(caller, reason);
        }

        await throttle.RefundAsync(receipt);
        AuditLog.SignedInByPasskey(logger, account.Subject, caller.Address);
        return account;
    }

    private async Task<(Account? Account, RefusalReason Reason)> JudgeAsync(HttpContext http, OpenChallenge challenge, string credential, Caller caller)
    {
        var result = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = credential, AssertionState = challenge.State });
        if (!result.Succeeded)
        {
            ThrowIfBroken(result.Failure);
            return (null, RefusalReason.WrongPasskey);
        }

        if (result.User.DisabledAt is not null)
        {
            return (null, RefusalReason.Disabled);
        }

        var counted = await passkeys.CountAsync(result.User, result.Passkey, caller, CancellationToken.None);
        return counted is RefusalReason.None ? (result.User, counted) : (null, counted);
    }

    /// <summary>The handler takes a database that fails for a passkey that is wrong.</summary>
    internal static void ThrowIfBroken(PasskeyException failure)
    {
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException)
            {
                ExceptionDispatchInfo.Throw(failure.InnerException!);
            }
        }
    }

    private static string Owner(HttpContext http) => SessionCookies.BrowserHash(http);

    private static string? IdOf(string? credential)
    {
        if (credential is not { Length: > 0 and <= MaxCredential })
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(credential);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException)
        {
            // Text that is no JSON, or a string that is no text.
            return null;
        }
    }

    private OAuthError Refuse(Caller caller, RefusalReason reason)
    {
        AuditLog.PasskeyRefused(logger, caller.Address, reason);
        return OAuthError.InvalidGrant("The passkey was not accepted.", reason);
    }
}
