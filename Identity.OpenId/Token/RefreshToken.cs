using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Identity.OpenId.Token;

/// <summary>
/// What a refresh token says: its family, its generation and the key of its MAC. The whole text is
/// base64url(version, key id, family, generation, HMAC-SHA256 over all of them), 74 characters.
/// </summary>
/// <param name="KeyId">Names the server's MAC root; a family keeps the one it was born with.</param>
/// <param name="Family">16 octets.</param>
/// <param name="Generation">Counts from 1; a successor has the next number.</param>
public sealed record RefreshToken(ushort KeyId, Guid Family, uint Generation)
{
    private const byte Version = 1;
    private const int BodyLength = 1 + 2 + 16 + 4;
    private const int MacLength = 32;
    private const int TokenLength = BodyLength + MacLength;

    /// <summary>Length of the text.</summary>
    public static int TextLength { get; } = Base64Url.GetEncodedLength(TokenLength);

    /// <summary>Reads the text without believing it: <paramref name="mac"/> is still to be held against <see cref="Proves"/>.</summary>
    public static bool TryRead(string? text, out RefreshToken token, out byte[] mac)
    {
        (token, mac) = (null!, null!);
        Span<byte> octets = stackalloc byte[TokenLength];
        // Refuses spare bits in the last character too: one token has one spelling. (TryDecodeFromChars would throw on a character outside the alphabet.)
        if (text is null || text.Length != TextLength || Base64Url.DecodeFromChars(text, octets, out _, out var length) != OperationStatus.Done || length != TokenLength || octets[0] != Version)
        {
            return false;
        }

        token = new RefreshToken(
            BinaryPrimitives.ReadUInt16BigEndian(octets[1..]),
            new Guid(octets.Slice(3, 16), bigEndian: true),
            BinaryPrimitives.ReadUInt32BigEndian(octets[19..]));
        mac = octets[BodyLength..].ToArray();
        return true;
    }

    /// <summary>The text, authenticated with the family's key.</summary>
    public string Write(ReadOnlySpan<byte> familyKey)
    {
        Span<byte> octets = stackalloc byte[TokenLength];
        WriteBody(octets);
        HMACSHA256.HashData(familyKey, octets[..BodyLength], octets[BodyLength..]);
        return Base64Url.EncodeToString(octets);
    }

    /// <summary>True when the MAC was made over this token with the family's key.</summary>
    public bool Proves(ReadOnlySpan<byte> familyKey, ReadOnlySpan<byte> mac)
    {
        Span<byte> body = stackalloc byte[BodyLength];
        Span<byte> expected = stackalloc byte[MacLength];
        WriteBody(body);
        HMACSHA256.HashData(familyKey, body, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    /// <summary>The key of one family: HKDF (RFC 5869) of the server's root with the family's salt, so that neither the database nor the root alone makes a token.</summary>
    public static byte[] FamilyKey(ReadOnlySpan<byte> root, ReadOnlySpan<byte> salt)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, salt, "refresh family"u8);
        return key;
    }

    private void WriteBody(Span<byte> octets)
    {
        octets[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(octets[1..], KeyId);
        Family.TryWriteBytes(octets.Slice(3, 16), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(octets[19..], Generation);
    }
}
