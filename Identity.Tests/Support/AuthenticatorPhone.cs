using System.Globalization;
using System.Security.Cryptography;

namespace Identity.Tests.Support;

/// <summary>An authenticator app on somebody's phone, from RFC 6238 and RFC 4648 alone: it shares nothing with the server but the key.</summary>
internal sealed class AuthenticatorPhone(string key)
{
    private readonly byte[] secret = Decode(key.Replace(" ", "", StringComparison.Ordinal));

    public string CodeAt(DateTimeOffset instant)
    {
        var counter = BitConverter.GetBytes(instant.ToUnixTimeSeconds() / 30);
        Array.Reverse(counter);
#pragma warning disable CA5350 // RFC 6238 §1.2 names it.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var offset = hash[19] & 15;
        var number = ((hash[offset] & 127) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (number % 1_000_000).ToString(CultureInfo.InvariantCulture).PadLeft(6, '0');
    }

    private static byte[] Decode(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
