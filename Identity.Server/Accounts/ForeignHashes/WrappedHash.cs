using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// A fast digest of an old system under PBKDF2-HMAC-SHA512, so that what lies in the database is slow to guess although
/// nobody has typed the password yet: <c>$wrapped$iterations$template$old salt$salt$key</c>, the last three in base64url.
/// </summary>
internal sealed record WrappedHash : ForeignHash
{
    private const int KeyLength = 32;
    private const int SaltLength = 16;

    private readonly int iterations;
    private readonly DigestTemplate template;
    private readonly byte[] oldSalt;
    private readonly byte[] salt;
    private readonly byte[] key;

    private WrappedHash(int iterations, DigestTemplate template, byte[] oldSalt, byte[] salt, byte[] key) =>
        (this.iterations, this.template, this.oldSalt, this.salt, this.key) = (iterations, template, oldSalt, salt, key);

    public override long Cost => iterations;

    /// <summary>Wraps a digest; this is where an import spends its time.</summary>
    /// <param name="digest">The digest's own octets.</param>
    /// <param name="oldSalt">The octets of the salt that the template takes; empty without one.</param>
    public static string Wrap(DigestTemplate template, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> oldSalt, int iterations)
    {
        var fresh = RandomNumberGenerator.GetBytes(SaltLength);
        var derived = Rfc2898DeriveBytes.Pbkdf2(digest, fresh, iterations, HashAlgorithmName.SHA512, KeyLength);
        return string.Create(CultureInfo.InvariantCulture, $"$wrapped${iterations}${template}${Base64Url.EncodeToString(oldSalt)}${Base64Url.EncodeToString(fresh)}${Base64Url.EncodeToString(derived)}");
    }

    public static new WrappedHash? Read(string stored) =>
        stored.Split('$') is ["", "wrapped", var roundsText, var templateText, var oldSaltText, var saltText, var keyText]
        && int.TryParse(roundsText, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is >= 1 and <= MaxIterations
        && DigestTemplate.Read(templateText) is { } read && Decode(oldSaltText) is { } oldOctets && Decode(saltText) is { } saltOctets && Decode(keyText) is { Length: KeyLength } keyOctets
            ? new(rounds, read, oldOctets, saltOctets, keyOctets)
            : null;

    public override bool Verify(string password) => CryptographicOperations.FixedTimeEquals(
        Rfc2898DeriveBytes.Pbkdf2(template.Compute(password, oldSalt), salt, iterations, HashAlgorithmName.SHA512, KeyLength), key);

    private static byte[]? Decode(string text) => Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
