using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// bcrypt as crypt_blowfish and PHP have it: <c>$2a$</c>, <c>$2b$</c> and <c>$2y$</c>, cost 4 to 14. <c>$2x$</c> marks
/// hashes of a version that lost part of some passwords, and is refused. To a password in UTF-8 the other three are one.
/// </summary>
internal sealed record Bcrypt : ForeignHash
{
    /// <summary>Above it one sign-in takes seconds.</summary>
    public const int MaxCost = 14;

    private const int MaxPassword = 72;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly int cost;
    private readonly byte[] salt;
    private readonly byte[] digest;

    private Bcrypt(int cost, byte[] salt, byte[] digest) => (this.cost, this.salt, this.digest) = (cost, salt, digest);

    // Measured: cost 10 takes as long as 116,000 rounds, and each further step twice as long. Decision 0010 has the figures.
    public override long Cost => 113L << cost;

    /// <summary>Null where it is no such text, or its cost lies outside.</summary>
    public static new Bcrypt? Read(string stored) =>
        CostOf(stored) is { } cost and >= 4 and <= MaxCost && Decode(stored.AsSpan(7, 22)) is { } salt && Decode(stored.AsSpan(29)) is { } digest
            ? new(cost, salt, digest)
            : null;

    /// <summary>The cost that a bcrypt text names, whatever it is; null where it is no such text.</summary>
    public static int? CostOf(string stored) =>
        stored is ['$', '2', 'a' or 'b' or 'y', '$', >= '0' and <= '9', >= '0' and <= '9', '$', ..] and { Length: 60 }
            ? 10 * (stored[4] - '0') + stored[5] - '0'
            : null;

    public override bool Verify(string password) => Verify(Encoding.UTF8.GetBytes(password));

    /// <summary>The old systems were written in C: what stands behind a NUL or the 72nd octet was never looked at.</summary>
    public bool Verify(ReadOnlySpan<byte> password)
    {
        var end = password.IndexOf((byte)0);
        var seen = password[..Math.Min(end < 0 ? password.Length : end, MaxPassword)];
        Span<byte> key = stackalloc byte[MaxPassword];
        key.Clear();
        seen.CopyTo(key);
        // The closing NUL belongs to the key where there is room for it.
        return CryptographicOperations.FixedTimeEquals(Hash(key[..Math.Min(seen.Length + 1, MaxPassword)]), digest);
    }

    private byte[] Hash(ReadOnlySpan<byte> key)
    {
        var cipher = new Blowfish();
        cipher.Expand(key, salt);
        for (var i = 1 << cost; i > 0; i--)
        {
            cipher.Expand(key, []);
            cipher.Expand(salt, []);
        }

        var text = "OrpheanBeholderScryDoubt"u8;
        var output = new byte[text.Length];
        for (var i = 0; i < text.Length; i += 8)
        {
            var (left, right) = (BinaryPrimitives.ReadUInt32BigEndian(text[i..]), BinaryPrimitives.ReadUInt32BigEndian(text[(i + 4)..]));
            for (var times = 0; times < 64; times++)
            {
                cipher.Encipher(ref left, ref right);
            }

            BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(i), left);
            BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(i + 4), right);
        }

        // bcrypt has always left out the last octet.
        return output[..23];
    }

    // Its own base64; the bits that fill up the last letter mean nothing.
    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var octets = new byte[text.Length * 6 / 8];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var c in text)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            (buffer, bits) = (buffer << 6 | value, bits + 6);
            if (bits >= 8 && at < octets.Length)
            {
                bits -= 8;
                octets[at++] = (byte)(buffer >> bits);
            }

            buffer &= (1 << bits) - 1;
        }

        return octets;
    }
}
