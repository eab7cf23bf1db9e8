using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Identity.Server.Accounts.ForeignHashes;

/// <summary>Blowfish with the key schedule of bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999, §4). For <see cref="Bcrypt"/> alone: nothing else should use a cipher of 1993.</summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;
    private const int Boxes = 4 * 256;

    // The cipher begins with the fraction of pi. Working it out takes less room than 1042 constants, and no typing error.
    private static readonly Lazy<uint[]> Pi = new(static () => FractionOfPi(Rounds + 2 + Boxes));

    private readonly uint[] keys = Pi.Value[..(Rounds + 2)];
    private readonly uint[] boxes = Pi.Value[(Rounds + 2)..];

    /// <summary>Mixes a key into the state. A salt, of 16 octets, is mixed in along the way; without one, zeros are.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var at = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] ^= Next(key, ref at);
        }

        var (left, right, from) = (0u, 0u, 0);
        Fill(keys, salt);
        Fill(boxes, salt);

        void Fill(uint[] words, ReadOnlySpan<byte> salt)
        {
            for (var i = 0; i < words.Length; i += 2)
            {
                if (!salt.IsEmpty)
                {
                    left ^= Next(salt, ref from);
                    right ^= Next(salt, ref from);
                }

                Encipher(ref left, ref right);
                (words[i], words[i + 1]) = (left, right);
            }
        }
    }

    /// <summary>One block of 64 bits.</summary>
    public void Encipher(ref uint left, ref uint right)
    {
        // Half of a sign-in by bcrypt passes here 17 million times; the indices cannot leave the arrays.
        ref var box = ref MemoryMarshal.GetArrayDataReference(boxes);
        ref var key = ref MemoryMarshal.GetArrayDataReference(keys);
        var (l, r) = (left ^ key, right);
        for (var i = 1; i <= Rounds; i += 2)
        {
            r ^= Mix(ref box, l) ^ Unsafe.Add(ref key, i);
            l ^= Mix(ref box, r) ^ Unsafe.Add(ref key, i + 1);
        }

        (left, right) = (r ^ Unsafe.Add(ref key, Rounds + 1), l);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(ref uint box, uint x) =>
        ((Unsafe.Add(ref box, (nint)(x >> 24)) + Unsafe.Add(ref box, (nint)(256 + (x >> 16 & 0xFF)))) ^ Unsafe.Add(ref box, (nint)(512 + (x >> 8 & 0xFF))))
        + Unsafe.Add(ref box, (nint)(768 + (x & 0xFF)));

    // The octets go round and round.
    private static uint Next(ReadOnlySpan<byte> octets, ref int at)
    {
        var word = 0u;
        for (var i = 0; i < 4; i++)
        {
            word = word << 8 | octets[at];
            at = (at + 1) % octets.Length;
        }

        return word;
    }

    // Machin 1706: pi = 16 arctan(1/5) - 4 arctan(1/239), with spare bits for what the divisions cut off.
    private static uint[] FractionOfPi(int count)
    {
        const int Spare = 64;
        var bits = 32 * count + Spare;
        var octets = (((16 * Arctan(5, bits) - 4 * Arctan(239, bits)) & ((BigInteger.One << bits) - 1)) >> Spare).ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[4 * count];
        octets.CopyTo(padded, padded.Length - octets.Length);
        return [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(4 * i)))];
    }

    // 1/x - 1/3x^3 + 1/5x^5 ..., times 2^bits.
    private static BigInteger Arctan(int x, int bits)
    {
        var power = (BigInteger.One << bits) / x;
        var sum = power;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            sum += n % 4 == 3 ? -(power / n) : power / n;
        }

        return sum;
    }
}
