namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// A password hash that another system made, or what an import made of it. It is verified as it is, once: the first
/// sign-in that it lets in replaces it by a hash of today.
/// </summary>
internal abstract record ForeignHash
{
    /// <summary>Rounds of PBKDF2 under which a hash is too weak to be kept as it is.</summary>
    public const int MinIterations = 1_000;

    /// <summary>Rounds of PBKDF2 above which one sign-in would keep a processor busy for seconds.</summary>
    public const int MaxIterations = 2_000_000;

    /// <summary>What one verification costs, in rounds of PBKDF2-HMAC-SHA512; for other functions measured, and right to a factor of two.</summary>
    public abstract long Cost { get; }

    /// <summary>The hash behind a stored text; null where it is none of these.</summary>
    public static ForeignHash? Read(string stored) => stored switch
    {
        ['$', '2', ..] => Bcrypt.Read(stored),
        ['$', 'w', ..] => WrappedHash.Read(stored),
        ['$', 'p', ..] or ['p', ..] => Pbkdf2Hash.Read(stored),
        _ => null,
    };

    public abstract bool Verify(string password);

    /// <summary>Nothing of it is for a log.</summary>
    public sealed override string ToString() => nameof(ForeignHash);
}
