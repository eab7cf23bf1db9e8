using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Keys;

namespace Identity.Server.Issuing;

/// <summary>
/// Which access tokens had a good signature a moment ago (docs/decisions/0023). That is true of a text for ever, and dear to
/// find out; whether its token is still good is asked anew each time, here the clock, in <see cref="AccessTokens"/> the database.
/// </summary>
internal sealed class VerifiedTokens(SigningKeys keys, TimeProvider clock)
{
    /// <summary>How long one is remembered.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>How many, at the most.</summary>
    internal const int Capacity = 2 * Half;

    private const int Half = 4096;

    private Pair remembered = new(new(), new());
    private int young;

    public int Count => remembered.Young.Count + remembered.Old.Count;

    /// <summary>As <see cref="TokenReader.ReadAccessTokenAsync"/>, and refused for the same reasons.</summary>
    public async ValueTask<Result<AccessTokenClaims>> ReadAsync(string? token, string issuer)
    {
        var now = clock.GetUtcNow();
        if (token is null or { Length: > TokenReader.MaxLength })
        {
            return TokenReader.Invalid(RefusalReason.UnknownToken);
        }

        var (mark, loading) = (MarkOf(token), keys.Loading);
        var (current, old) = remembered;
        if ((current.TryGetValue(mark, out var known) || old.TryGetValue(mark, out known))
            && ReferenceEquals(known.Loading, loading) && now < known.Until && now >= known.Since && string.Equals(known.Claims.Issuer, issuer, StringComparison.Ordinal))
        {
            return TokenReader.InTime(known.Claims, now);
        }

        var read = await TokenReader.ReadAccessTokenAsync(token, issuer, keys.Verifying(), now);
        if (read.Succeeded(out var claims, out _))
        {
            Remember(mark, new(claims, loading, now, now + Lifetime));
        }

        return read;
    }

    // Two halves, of which the older is dropped when the younger is full: bounded without a list of who came when.
    private void Remember(Mark mark, Known known)
    {
        remembered.Young[mark] = known;
        if (Interlocked.Increment(ref young) >= Half)
        {
            Interlocked.Exchange(ref young, 0);
            remembered = new(new(), remembered.Young);
        }
    }

    // Not the token: what is in memory opens nothing.
    private static Mark MarkOf(string token)
    {
        Span<byte> octets = stackalloc byte[TokenReader.MaxLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        // What is not ASCII becomes a question mark, which no token has.
        SHA256.HashData(octets[..Encoding.ASCII.GetBytes(token, octets)], hash);
        return MemoryMarshal.Read<Mark>(hash);
    }

    private sealed record Pair(ConcurrentDictionary<Mark, Known> Young, ConcurrentDictionary<Mark, Known> Old);

    private sealed record Known(AccessTokenClaims Claims, object Loading, DateTimeOffset Since, DateTimeOffset Until);

    private readonly record struct Mark(long A, long B, long C, long D);
}
