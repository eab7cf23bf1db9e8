using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FsCheck.Fluent;
using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

public sealed class HandleTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Fact]
    public void What_is_written_is_well_formed_and_holds_its_octets() => Any.ForAll(Any.Octets(Handle.Size), octets =>
    {
        var handle = Handle.Write(octets);
        Assert.Equal(Handle.TextLength, handle.Length);
        Assert.True(Handle.IsWellFormed(handle));
        Assert.Equal(octets, Base64Url.DecodeFromChars(handle));
    });

    [Fact]
    public void A_handle_has_one_spelling() => Any.ForAll(Any.Octets(Handle.Size), octets =>
    {
        var handle = Handle.Write(octets);
        // 32 octets leave two spare bits in the last character.
        Assert.Equal(16, Alphabet.Count(last => Handle.IsWellFormed(handle[..^1] + last)));
        Assert.All([handle + "=", handle[..^1], handle[..^1] + "=", " " + handle, handle[..^1] + " ", handle[..^1] + "\n"], other => Assert.False(Handle.IsWellFormed(other)));
    });

    [Fact]
    public void Any_text_is_well_formed_or_not_and_never_throws()
    {
        Assert.False(Handle.IsWellFormed(null));
        Assert.False(Handle.IsWellFormed(""));
        Assert.False(Handle.IsWellFormed(new string('!', Handle.TextLength)));
        Assert.False(Handle.IsWellFormed(new string('中', Handle.TextLength)));
        Any.ForAll(
            Gen.OneOf(Gen.Elements(Alphabet.ToCharArray()), Gen.Choose(0, 0xFF).Select(c => (char)c)).ArrayOf(Handle.TextLength).Select(text => new string(text)),
            text => Assert.False(Handle.IsWellFormed(text) && !text.All(Alphabet.Contains)),
            1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_handle_has_32_octets(int count) => Assert.Throws<ArgumentException>(() => Handle.Write(new byte[count]));

    [Fact]
    public void At_rest_it_is_the_sha256_of_its_text() => Any.ForAll(Any.Octets(Handle.Size), octets =>
    {
        var handle = Handle.Write(octets);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(handle)), Base64Url.DecodeFromChars(Handle.Hash(handle)));
        Assert.True(Handle.IsWellFormed(Handle.Hash(handle)));
    });

    // FIPS 180-2, appendix B.1.
    [Fact]
    public void The_hash_of_abc() => Assert.Equal("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", Handle.Hash("abc"));
}
