using Identity.Server.Accounts.ForeignHashes;

namespace Identity.Server.Import;

/// <summary>What becomes of a password hash of the file: kept as it is, or wrapped because it is fast.</summary>
/// <param name="Stored">What to store as it is; null where there is nothing, or it must be wrapped.</param>
/// <param name="Fast">What to wrap.</param>
internal sealed record ImportedHash(string? Stored, FastDigest? Fast = null)
{
    public static ImportedHash None { get; } = new((string?)null);

    /// <summary>Judges a row's hash; the problem names no part of it.</summary>
    /// <param name="scheme"><c>bcrypt</c>, <c>pbkdf2</c>, <c>aspnet-identity</c> or a <see cref="DigestTemplate"/>; null where the row does not say.</param>
    /// <param name="otherwise">The scheme of rows that neither say it nor have a hash that tells, as in a table that was being moved to bcrypt.</param>
    public static (ImportedHash? Hash, string? Problem) Read(string? hash, string? scheme, string? salt, string? otherwise) => (hash, scheme ?? SchemeOf(hash) ?? otherwise) switch
    {
        (null, _) => (None, null),
        (_, null) => (null, "password_scheme is missing, and the hash does not tell"),
        ({ } text, "bcrypt") => ReadBcrypt(text),
        ({ } text, "pbkdf2") => Pbkdf2Hash.Read(text) is null ? (null, "the hash is no PBKDF2 of 1,000 to 2,000,000 rounds in a spelling that is known") : (new(text), null),
        ({ } text, "aspnet-identity") => IdentityBlob.Read(text) is { Iterations: >= ForeignHash.MinIterations and <= ForeignHash.MaxIterations }
            ? (new(text), null)
            : (null, "the hash is none of ASP.NET Identity of 1,000 to 2,000,000 rounds"),
        ({ } text, { } template) => ReadDigest(text, template, salt),
    };

    public static bool IsScheme(string text) => text is "bcrypt" or "pbkdf2" or "aspnet-identity" || DigestTemplate.Read(text) is not null;

    /// <summary>Whether the rounds make a fast hash slow, and not too slow.</summary>
    public static bool MayWrapWith(int iterations) => iterations is >= ForeignHash.MinIterations and <= ForeignHash.MaxIterations;

    public override string ToString() => nameof(ImportedHash);

    private static string? SchemeOf(string? hash) => hash switch
    {
        ['$', '2', ..] => "bcrypt",
        ['p', 'b', 'k', 'd', 'f', '2', '_', ..] or ['$', 'p', 'b', 'k', 'd', 'f', '2', '-', ..] => "pbkdf2",
        _ => null,
    };

    private static (ImportedHash?, string?) ReadBcrypt(string text) => (Bcrypt.Read(text), Bcrypt.CostOf(text), text) switch
    {
        (not null, _, _) => (new(text), null),
        (_, > Bcrypt.MaxCost, _) => (null, "the cost of bcrypt is above 14"),
        (_, _, ['$', '2', 'x', ..]) => (null, "bcrypt of the version $2x$ lost part of some passwords and is not taken"),
        _ => (null, "the hash is no bcrypt"),
    };

    private static (ImportedHash?, string?) ReadDigest(string text, string scheme, string? salt)
    {
        if (DigestTemplate.Read(scheme) is not { } template)
        {
            return (null, "password_scheme is not known");
        }

        if (template.Salted && salt is null)
        {
            return (null, "the scheme takes a salt, and password_salt is empty");
        }

        return (template.DigestOf(text), template.SaltOf(salt ?? "")) switch
        {
            ({ } digest, { } octets) => (new(null, new FastDigest(template, digest, template.Salted ? octets : [])), null),
            (null, _) => (null, "the hash has not the length or the letters of its scheme"),
            _ => (null, "password_salt is not of the form that the scheme says"),
        };
    }
}

/// <summary>A digest that a graphics card tries billions of times a second; it is never stored so.</summary>
internal sealed record FastDigest(DigestTemplate Template, byte[] Digest, byte[] Salt)
{
    public string Wrap(int iterations) => WrappedHash.Wrap(Template, Digest, Salt, iterations);

    public override string ToString() => nameof(FastDigest);
}
