using System.Globalization;
using System.Security.Cryptography;
using Identity.Server.Proofs;
using Microsoft.AspNetCore.DataProtection;

namespace Identity.Server.Passkeys;

/// <summary>
/// Challenges on their way through a page: sealed with all that the ceremony began with, good for one owner, for a while, once.
/// A page that nobody answers leaves nothing behind; one that is answered, a row until the challenge has expired.
/// </summary>
internal sealed class PasskeyChallenges(IDataProtectionProvider protection, ReplayMemory memory, TimeProvider clock)
{
    /// <summary>How long a page may stand open. A browser offers passkeys in the field of the name for as long as it does.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(30);

    private const int MaxLength = 8192;

    private readonly IDataProtector protector = protection.CreateProtector("passkey challenge");

    /// <param name="owner">What the answer must come with, such as the hash of the browser's own cookie. No line ends.</param>
    /// <param name="state">The handler's, which holds the challenge.</param>
    public string Seal(string owner, string state) =>
        protector.Protect($"{(clock.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}\n{owner}\n{state}");

    /// <summary>Null for one that is forged, too old, or somebody else's.</summary>
    public OpenChallenge? Open(string owner, string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength })
        {
            return null;
        }

        try
        {
            return protector.Unprotect(text).Split('\n', 3) is [var until, var whose, var state]
                && DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(until, CultureInfo.InvariantCulture)) is var expiresAt && clock.GetUtcNow() < expiresAt
                && string.Equals(whose, owner, StringComparison.Ordinal) ? new(owner, state, expiresAt) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <returns>False when it was used before, by whomever.</returns>
    public Task<bool> UseAsync(OpenChallenge challenge, CancellationToken cancellationToken) =>
        memory.UseAsync("passkey", challenge.Owner, challenge.State, challenge.ExpiresAt, cancellationToken);
}

/// <param name="Owner">Whose.</param>
/// <param name="State">The handler's.</param>
/// <param name="ExpiresAt">Until then it must not be used again.</param>
internal sealed record OpenChallenge(string Owner, string State, DateTimeOffset ExpiresAt);
