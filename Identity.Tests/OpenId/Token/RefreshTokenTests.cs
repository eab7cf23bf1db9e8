using System.Buffers.Text;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId.Token;

public sealed class RefreshTokenTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly byte[] Key = RefreshToken.FamilyKey("a root of thirty-two octets here"u8, "a salt"u8);

    private static readonly Gen<RefreshToken> Tokens =
        from key in Gen.Choose(0, ushort.MaxValue)
        from family in Any.Guid
        from generation in Gen.OneOf(Gen.Choose(0, int.MaxValue).Select(n => (uint)n), Gen.Elements(0u, 1u, uint.MaxValue))
        select new RefreshToken((ushort)key, family, generation);

    [Fact]
    public void What_is_written_reads_back_and_is_proved() => Any.ForAll(Tokens, token =>
    {
        var text = token.Write(Key);
        Assert.Equal(RefreshToken.TextLength, text.Length);
        Assert.True(RefreshToken.TryRead(text, out var read, out var mac));
        Assert.Equal(token, read);
        Assert.True(read.Proves(Key, mac));
        Assert.Equal(text, read.Write(Key));
    });

    [Fact]
    public void The_text_is_what_the_documentation_says_it_is()
    {
        var family = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        var body = Convert.FromHexString("01" + "0203" + "00112233445566778899aabbccddeeff" + "04050607");
        Assert.Equal(
            Base64Url.EncodeToString([.. body, .. HMACSHA256.HashData(Key, body)]),
            new RefreshToken(0x0203, family, 0x04050607).Write(Key));
        Assert.Equal(74, RefreshToken.TextLength);
    }

    [Fact]
    public void Rfc5869_the_familys_key_is_hkdf_of_root_and_salt() => Assert.Equal(
        HKDF.Expand(HashAlgorithmName.SHA256, HKDF.Extract(HashAlgorithmName.SHA256, "a root of thirty-two octets here"u8.ToArray(), "a salt"u8.ToArray()), 32, "refresh family"u8.ToArray()),
        Key);

    [Fact]
    public void A_token_with_any_bit_flipped_is_unreadable_or_unproved() => Any.ForAll(
        Tokens.SelectMany(token => Gen.Choose(0, (55 * 8) - 1).Select(bit => (token, bit))),
        flip =>
        {
            var octets = Base64Url.DecodeFromChars(flip.token.Write(Key));
            octets[flip.bit / 8] ^= (byte)(1 << (flip.bit % 8));
            Assert.False(Proves(Base64Url.EncodeToString(octets), Key));
        },
        1000);

    [Fact]
    public void A_token_with_any_character_changed_is_unreadable_or_unproved()
    {
        var character = Gen.OneOf(Gen.Elements(Alphabet.ToCharArray()), Gen.Elements("+/= .!\n\0é中".ToCharArray()));
        Any.ForAll(
            from token in Tokens from at in Gen.Choose(0, RefreshToken.TextLength - 1) from put in character select (token, at, put),
            change =>
            {
                var text = change.token.Write(Key).ToCharArray();
                var same = text[change.at] == change.put;
                text[change.at] = change.put;
                Assert.Equal(same, Proves(new(text), Key));
            },
            2000);
    }

    [Fact]
    public void A_token_has_one_spelling()
    {
        var text = new RefreshToken(1, Guid.Empty, 1).Write(Key);
        // 55 octets leave four spare bits in the last character: of its 64 values only four are readable, one of them proved.
        Assert.Equal(4, Alphabet.Count(last => RefreshToken.TryRead(text[..^1] + last, out _, out _)));
        Assert.Equal([text[^1]], Alphabet.Where(last => Proves(text[..^1] + last, Key)));
        Assert.All([text + "=", text + "==", " " + text, text + "\n", text[..^1], text.ToUpperInvariant(), ""], other => Assert.False(Proves(other, Key)));
    }

    [Fact]
    public void Garbage_is_unreadable_and_never_throws()
    {
        Assert.False(RefreshToken.TryRead(null, out _, out _));
        Any.ForAll(Any.Text, text => Assert.False(RefreshToken.TryRead(text, out _, out _)));
        Any.ForAll(
            Gen.Choose(0, 0xFFFF).Select(c => (char)c).ArrayOf(RefreshToken.TextLength).Select(text => new string(text)),
            text => Assert.False(RefreshToken.TryRead(text, out _, out _)));
    }

    [Fact]
    public void Neither_another_root_nor_another_salt_nor_a_family_without_one_proves_anything() => Any.ForAll(
        from token in Tokens from root in Any.Octets(32) from salt in Any.Octets(16) from bit in Gen.Choose(0, 127) select (token, root, salt, bit),
        given =>
        {
            var (token, root, salt, bit) = given;
            var text = token.Write(RefreshToken.FamilyKey(root, salt));
            Assert.True(Proves(text, RefreshToken.FamilyKey(root, salt)));
            Assert.False(Proves(text, RefreshToken.FamilyKey(root, Flip(salt, bit))));
            Assert.False(Proves(text, RefreshToken.FamilyKey(Flip(root, bit), salt)));
            Assert.False(Proves(text, RefreshToken.FamilyKey(root, [])));
            Assert.False(Proves(text, root));
        });

    [Fact]
    public void A_mac_proves_its_own_token_and_no_other() => Any.ForAll(
        Tokens.SelectMany(one => Tokens.Select(other => (one, other))),
        pair =>
        {
            Assert.True(RefreshToken.TryRead(pair.one.Write(Key), out _, out var mac));
            Assert.Equal(pair.one == pair.other, pair.other.Proves(Key, mac));
            Assert.False((pair.one with { Generation = pair.one.Generation ^ 1 }).Proves(Key, mac));
            Assert.False(pair.one.Proves(Key, mac.AsSpan(1)));
            Assert.False(pair.one.Proves(Key, []));
        });

    private static bool Proves(string text, byte[] key) => RefreshToken.TryRead(text, out var token, out var mac) && token.Proves(key, mac);

    private static byte[] Flip(byte[] octets, int bit)
    {
        var other = octets.ToArray();
        other[bit / 8] ^= (byte)(1 << (bit % 8));
        return other;
    }
}
