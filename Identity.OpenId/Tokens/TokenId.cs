using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Identity.OpenId.Tokens;

/// <summary>
/// The <c>jti</c> of an access token, RFC 7519 §4.1.7: its refresh family (or none), the millisecond of issue, and
/// 80 random bits. So our own endpoints can ask one row whether the family still lives and whether the account's
/// sessions were ended since, although the token itself is stored nowhere. To everybody else it is opaque.
/// </summary>
/// <param name="Family">The refresh family that the token came with; empty without one.</param>
/// <param name="IssuedAt">To the millisecond; <c>iat</c> has only seconds.</param>
/// <param name="Text">The claim's value.</param>
public sealed record TokenId(Guid Family, DateTimeOffset IssuedAt, string Text)
{
    /// <summary>Random octets in a token id.</summary>
    public const int RandomSize = 10;

    private const int Size = 16 + 6 + RandomSize;

    public static TokenId Create(Guid family, DateTimeOffset issuedAt, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomSize)
        {
            throw new ArgumentException("A token id takes 10 random octets.", nameof(random));
        }

        Span<byte> octets = stackalloc byte[Size];
        Span<byte> millis = stackalloc byte[8];
        var instant = issuedAt.ToUnixTimeMilliseconds();
        family.TryWriteBytes(octets, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(millis, instant);
        millis[2..].CopyTo(octets[16..]);
        random.CopyTo(octets[22..]);
        return new(family, DateTimeOffset.FromUnixTimeMilliseconds(instant), Base64Url.EncodeToString(octets));
    }

    /// <summary>Null for a text that no token of ours carries.</summary>
    public static TokenId? Read(string? text)
    {
        Span<byte> octets = stackalloc byte[Size];
        // Not TryDecodeFromChars, which throws where a character is not of the alphabet.
        if (text?.Length != Base64Url.GetEncodedLength(Size) || Base64Url.DecodeFromChars(text, octets, out _, out var length) != OperationStatus.Done || length != Size)
        {
            return null;
        }

        Span<byte> millis = stackalloc byte[8];
        octets.Slice(16, 6).CopyTo(millis[2..]);
        var instant = BinaryPrimitives.ReadInt64BigEndian(millis);
        return instant <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new(new Guid(octets[..16], bigEndian: true), DateTimeOffset.FromUnixTimeMilliseconds(instant), text)
            : null;
    }
}
