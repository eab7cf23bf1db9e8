namespace Identity.OpenId.Keys;

/// <summary>A signing key's place in time. Its private half is stored elsewhere.</summary>
/// <param name="KeyId">The <c>kid</c>.</param>
/// <param name="Algorithm">RFC 7518 §3.1: <c>ES256</c>, <c>RS256</c>.</param>
/// <param name="Sequence">Counts the keys of one algorithm; unique, so that two nodes that rotate at once make one key.</param>
/// <param name="AnnouncedAt">From here on it is published.</param>
/// <param name="SignsFrom">From here on it signs, until its successor does.</param>
public sealed record RingKey(string KeyId, string Algorithm, int Sequence, DateTimeOffset AnnouncedAt, DateTimeOffset SignsFrom);

/// <param name="Announce">How long a key is published before it signs, so that every cache of the key set knows it in time.</param>
/// <param name="Sign">How long a key signs before its successor takes over.</param>
/// <param name="Retire">How long it stays published after that: the longest life of a token it may have signed.</param>
public sealed record KeyPolicy(TimeSpan Announce, TimeSpan Sign, TimeSpan Retire);

/// <summary>The next key to make.</summary>
public sealed record OwedKey(string Algorithm, int Sequence, DateTimeOffset SignsFrom);

/// <summary>Announce, sign, retire: what each key does at an instant. No state, no clock.</summary>
public static class KeyRing
{
    /// <summary>The key that signs at <paramref name="now"/>: the youngest whose time has come. Null only before the first key.</summary>
    public static RingKey? Signing(IEnumerable<RingKey> keys, string algorithm, DateTimeOffset now) => keys
        .Where(key => string.Equals(key.Algorithm, algorithm, StringComparison.Ordinal) && key.SignsFrom <= now)
        .MaxBy(key => key.Sequence);

    /// <summary>The keys to publish at <paramref name="now"/>: announced, signing, and retiring ones, oldest first.</summary>
    public static IReadOnlyList<RingKey> Published(IReadOnlyCollection<RingKey> keys, KeyPolicy policy, DateTimeOffset now) =>
    [
        .. keys.Where(key => key.AnnouncedAt <= now && (Successor(keys, key) is not { } next || now < next.SignsFrom + policy.Retire))
            .OrderBy(key => key.Algorithm, StringComparer.Ordinal).ThenBy(key => key.Sequence),
    ];

    /// <summary>
    /// The key that must be made now, or null. A first key signs at once, for nobody has cached a key set yet; every
    /// later one is announced in full, so a server that slept past the change keeps signing with the old key meanwhile.
    /// </summary>
    public static OwedKey? Owed(IEnumerable<RingKey> keys, string algorithm, KeyPolicy policy, DateTimeOffset now)
    {
        var newest = keys.Where(key => string.Equals(key.Algorithm, algorithm, StringComparison.Ordinal)).MaxBy(key => key.Sequence);
        if (newest is null)
        {
            return new(algorithm, 1, now);
        }

        var due = newest.SignsFrom + policy.Sign;
        var announced = now + policy.Announce;
        return announced >= due ? new(algorithm, newest.Sequence + 1, announced > due ? announced : due) : null;
    }

    private static RingKey? Successor(IEnumerable<RingKey> keys, RingKey key) => keys
        .Where(other => string.Equals(other.Algorithm, key.Algorithm, StringComparison.Ordinal) && other.Sequence > key.Sequence)
        .MinBy(other => other.Sequence);
}
