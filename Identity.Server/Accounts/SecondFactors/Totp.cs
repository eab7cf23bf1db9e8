using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Accounts.SecondFactors;

/// <summary>Time-based one-time passwords, RFC 6238, as every authenticator app makes them: HMAC-SHA-1, six digits, thirty seconds.</summary>
internal static class Totp
{
    /// <summary>Of a secret, in octets: the length of the hash (RFC 4226 §4, R6).</summary>
    public const int SecretSize = 20;

    public const int Digits = 6;

    /// <summary>Of a step, in seconds.</summary>
    public const int Period = 30;

    // RFC 4648 §6.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepAt(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / Period;

    /// <summary>A code as apps show it and people copy it: some put a space in the middle.</summary>
    public static string Read(string typed) => string.Concat(typed.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>The code of one time step.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6238 §1.2 and what authenticator apps can do. As a MAC SHA-1 is not broken.")]
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
        // RFC 4226 §5.3: dynamic truncation.
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac[(mac[^1] & 0xF)..]) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The time step that a code is of: now, or one to either side (RFC 6238 §5.2); null when it is of none. Takes as long either way.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        long? matched = null;
        var current = StepAt(now);
        var presented = Encoding.UTF8.GetBytes(code);
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(secret, step)), presented))
            {
                matched = step;
            }
        }

        return matched;
    }

    /// <summary>RFC 4648 base32 without padding: how a secret is shown and typed.</summary>
    public static string Base32(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder();
        var (bits, kept) = (0, 0);
        foreach (var octet in octets)
        {
            (bits, kept) = ((bits << 8) | octet, kept + 8);
            while (kept >= 5)
            {
                kept -= 5;
                text.Append(Alphabet[(bits >> kept) & 31]);
            }

            bits &= (1 << kept) - 1;
        }

        return kept > 0 ? text.Append(Alphabet[(bits << (5 - kept)) & 31]).ToString() : text.ToString();
    }

    /// <summary>What a QR code carries to an app.</summary>
    /// <param name="issuer">Who asks for the codes, for people.</param>
    /// <param name="name">Whose account it is there.</param>
    /// <param name="secret">In clear.</param>
    public static string Address(string issuer, string name, ReadOnlySpan<byte> secret) => string.Create(
        CultureInfo.InvariantCulture,
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(name)}?secret={Base32(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={Period}");
}
