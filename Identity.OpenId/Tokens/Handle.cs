using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Identity.OpenId.Tokens;

/// <summary>A 256-bit bearer secret: 43 base64url characters outside, its SHA-256 at rest. Whoever copies the database holds no handle.</summary>
public static class Handle
{
    /// <summary>Octets of a handle.</summary>
    public const int Size = 32;

    /// <summary>Characters of a handle.</summary>
    public const int TextLength = 43;

    /// <param name="random">32 octets from a cryptographic generator.</param>
    public static string Write(ReadOnlySpan<byte> random) =>
        random.Length == Size ? Base64Url.EncodeToString(random) : throw new ArgumentException("A handle has 32 octets.", nameof(random));

    /// <summary>True for the one spelling that <see cref="Write"/> gives to some 32 octets.</summary>
    public static bool IsWellFormed(string? text)
    {
        Span<byte> octets = stackalloc byte[Size];
        return text?.Length == TextLength
            // Refuses spare bits in the last character too. (TryDecodeFromChars would throw on a character outside the alphabet.)
            && Base64Url.DecodeFromChars(text, octets, out _, out var length) == OperationStatus.Done
            && length == Size;
    }

    /// <summary>What is stored: base64url of SHA-256. Enough for 256 random bits; never for what a person chose.</summary>
    public static string Hash(string handle) => Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(handle)));
}
