using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Keys;

/// <summary>The key outside the database that wraps every key inside it. AES-256-GCM under a key derived for each purpose.</summary>
internal sealed class MasterKey
{
    public const int Size = 32;

    private byte[]? secret;

    /// <summary>A value that tells whether a database was made with this key and tells nothing else.</summary>
    public string Fingerprint => Convert.ToHexStringLower(Derive("fingerprint"));

    /// <summary>Given once, at start, before anything is read.</summary>
    public void Open(byte[] key) => secret = key.Length == Size ? key : throw new ArgumentException("A master key has 32 octets.", nameof(key));

    /// <param name="purpose">Bound into the key: what was wrapped for one purpose unwraps for no other.</param>
    /// <param name="plain">The key to wrap.</param>
    /// <returns>Nonce, ciphertext, tag.</returns>
    public byte[] Wrap(string purpose, ReadOnlySpan<byte> plain) => SealedBox.Seal(Derive(purpose), plain);

    /// <exception cref="CryptographicException">It was wrapped with another key, for another purpose, or changed since.</exception>
    public byte[] Unwrap(string purpose, ReadOnlySpan<byte> wrapped) => SealedBox.Open(Derive(purpose), wrapped);

    private byte[] Derive(string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        secret ?? throw new InvalidOperationException("The master key is not open yet."),
        Size,
        info: Encoding.UTF8.GetBytes($"identity master {purpose}"));
}
