using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Clients;

namespace Identity.OpenId.Tokens;

/// <summary>
/// A subject that is another one for every sector, OpenID Connect Core §8.1: one block of AES over the account and the sector, so that
/// two sectors cannot compare what they know, and we can read it back without a table.
/// </summary>
public static class PairwiseSubject
{
    /// <summary>No subject of an account has the dot.</summary>
    private const string Prefix = ClientRules.SubjectPrefix + ".";

    private const int BlockSize = 16;

    /// <param name="key">32 octets, for ever the same.</param>
    /// <param name="account">Inside this server only.</param>
    /// <param name="sector">The host that the clients of one party share.</param>
    public static string Write(byte[] key, int account, string sector)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        BinaryPrimitives.WriteInt32BigEndian(block, account);
        SHA256.HashData(Encoding.UTF8.GetBytes(sector)).AsSpan(0, BlockSize - 4).CopyTo(block[4..]);
        using var aes = Aes.Create();
        aes.Key = key;
        return Prefix + Base64Url.EncodeToString(aes.EncryptEcb(block, PaddingMode.None));
    }

    /// <summary>The account in a subject that we wrote, which a signature of ours has proved; null for a subject of another kind.</summary>
    public static int? Read(byte[] key, string subject)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        if (!subject.StartsWith(Prefix, StringComparison.Ordinal) || subject.Length != Prefix.Length + Base64Url.GetEncodedLength(BlockSize)
            || Base64Url.DecodeFromChars(subject.AsSpan(Prefix.Length), block, out _, out var length) != OperationStatus.Done || length != BlockSize)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = key;
        return BinaryPrimitives.ReadInt32BigEndian(aes.DecryptEcb(block, PaddingMode.None));
    }
}
