using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// PBKDF2 in two spellings. Django's: <c>pbkdf2_sha256$iterations$salt$key</c>, the salt being text. And
/// <c>$pbkdf2-sha256$iterations$salt$key</c>, as passlib writes it, salt and key in base64 with <c>.</c> or <c>+</c>,
/// padded or not. Both with sha1, sha256 or sha512; 1,000 to 2,000,000 rounds.
/// </summary>
internal sealed record Pbkdf2Hash : ForeignHash
{
    private const int MaxKey = 64;

    private readonly HashAlgorithmName function;
    private readonly int iterations;
    private readonly byte[] salt;
    private readonly byte[] key;

    private Pbkdf2Hash(HashAlgorithmName function, int iterations, byte[] salt, byte[] key) => (this.function, this.iterations, this.salt, this.key) = (function, iterations, salt, key);

    public override long Cost => WorkOf(function, iterations, key.Length);

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 that take as long as this; the factors are measured.</summary>
    public static long WorkOf(HashAlgorithmName function, long iterations, int length) =>
        function == HashAlgorithmName.SHA1 ? iterations * Blocks(length, 20) / 2
        : function == HashAlgorithmName.SHA256 ? iterations * Blocks(length, 32) / 2
        : iterations * Blocks(length, 64);

    public static new Pbkdf2Hash? Read(string stored)
    {
        var django = stored.StartsWith('p');
        return stored.Split('$') is { } parts && (django ? parts : parts[1..]) is [var name, var roundsText, var saltText, var keyText]
            && FunctionOf(name, django ? "pbkdf2_" : "pbkdf2-") is { } named
            && int.TryParse(roundsText, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is >= MinIterations and <= MaxIterations
            && (django ? Encoding.UTF8.GetBytes(saltText) : Decode(saltText)) is { Length: > 0 } saltOctets && Decode(keyText) is { Length: >= 16 and <= MaxKey } keyOctets
            ? new(named, rounds, saltOctets, keyOctets)
            : null;
    }

    public override bool Verify(string password) =>
        CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, function, key.Length), key);

    private static int Blocks(int length, int size) => (length + size - 1) / size;

    private static HashAlgorithmName? FunctionOf(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal)
        ? name[prefix.Length..] switch { "sha1" => HashAlgorithmName.SHA1, "sha256" => HashAlgorithmName.SHA256, "sha512" => HashAlgorithmName.SHA512, _ => null }
        : null;

    private static byte[]? Decode(string base64)
    {
        var text = base64.TrimEnd('=').Replace('.', '+');
        var octets = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), octets, out var length) ? octets[..length] : null;
    }
}
