using System.Security.Cryptography;

namespace Identity.Server.Keys;

/// <summary>AES-256-GCM: nonce, ciphertext, tag in one piece. The only place that seals.</summary>
internal static class SealedBox
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <param name="key">32 octets.</param>
    /// <param name="plain">What nobody else may read.</param>
    /// <param name="bound">What it belongs to: opening it needs the same.</param>
    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound = default)
    {
        var box = new byte[NonceSize + plain.Length + TagSize];
        var nonce = box.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceSize, plain.Length), box.AsSpan(NonceSize + plain.Length), bound);
        return box;
    }

    /// <exception cref="CryptographicException">It was sealed with another key, belongs to something else, or was changed since.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> bound = default)
    {
        if (box.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("The sealed text is too short.");
        }

        var plain = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[NonceSize..^TagSize], box[^TagSize..], plain, bound);
        return plain;
    }
}
