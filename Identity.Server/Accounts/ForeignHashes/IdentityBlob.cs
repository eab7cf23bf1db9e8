using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>
/// The head of a hash of ASP.NET Core Identity: version 2 (<c>00</c>, salt, key: 1,000 rounds of SHA-1) or version 3
/// (<c>01</c>, function, rounds, length of the salt, salt, key). Today's hashes are of version 3, so an old system's need no
/// code of their own, only limits.
/// </summary>
/// <param name="Iterations">Rounds of PBKDF2.</param>
/// <param name="Cost">In rounds of PBKDF2-HMAC-SHA512.</param>
internal sealed record IdentityBlob(int Iterations, long Cost)
{
    private const int HeadLength = 13;

    /// <summary>Null where the text is no such hash, or its rounds lie outside what one sign-in may cost.</summary>
    public static IdentityBlob? Read(string stored)
    {
        var octets = new byte[stored.Length];
        return Convert.TryFromBase64String(stored, octets, out var length) ? Read(octets.AsSpan(0, length)) : null;
    }

    private static IdentityBlob? Read(ReadOnlySpan<byte> octets) => octets switch
    {
        [0, ..] when octets.Length == 1 + 16 + 32 => new(1_000, Pbkdf2Hash.WorkOf(HashAlgorithmName.SHA1, 1_000, 32)),
        [1, ..] when octets.Length > HeadLength => ReadThird(
            BinaryPrimitives.ReadUInt32BigEndian(octets[1..]),
            BinaryPrimitives.ReadUInt32BigEndian(octets[5..]),
            BinaryPrimitives.ReadUInt32BigEndian(octets[9..]),
            octets.Length - HeadLength),
        _ => null,
    };

    private static IdentityBlob? ReadThird(uint function, uint iterations, uint saltLength, int rest) =>
        function <= 2 && iterations is >= 1 and <= 10_000_000 && saltLength is >= 16 and <= 240 && saltLength + 16 <= rest && rest <= 256
            ? new((int)iterations, Pbkdf2Hash.WorkOf(function switch { 0 => HashAlgorithmName.SHA1, 1 => HashAlgorithmName.SHA256, _ => HashAlgorithmName.SHA512 }, iterations, rest - (int)saltLength))
            : null;
}
