using System.Text;
using Identity.Server.Accounts.ForeignHashes;

namespace Identity.Tests.Server.Accounts.ForeignHashes;

public sealed class BcryptTests
{
    private const string Salt = "rU1kVtHqFpQ7w8yE2Zb4dO";

    /// <summary>From the published sets of crypt_blowfish and jBCrypt.</summary>
    [Theory]
    [InlineData("", "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("a", "$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC")]
    [InlineData("~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO")]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    [InlineData("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")]
    public void Published_hashes_verify_and_no_other_password_does(string password, string hash)
    {
        Assert.True(Bcrypt.Read(hash)!.Verify(password));
        Assert.False(Bcrypt.Read(hash)!.Verify("-" + password));
        Assert.False(Bcrypt.Read(hash[..^2] + "aa")!.Verify(password));
    }

    /// <summary>The same sets: octets of 128 and more, which a version of 2011 mangled.</summary>
    [Theory]
    [InlineData("A3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq")]
    [InlineData("A3", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq")]
    [InlineData("FFFFA3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("FFFFA3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    public void Octets_above_127_verify_as_they_are(string password, string hash) => Assert.True(Bcrypt.Read(hash)!.Verify(Convert.FromHexString(password)));

    [Fact]
    public void A_published_password_of_72_octets_above_127_verifies()
    {
        var (alike, mixed) = (Enumerable.Repeat((byte)0xAA, 72).Concat("chars after 72"u8.ToArray()).ToArray(), Enumerable.Range(0, 72).Select(i => (byte)(i % 2 == 0 ? 0xAA : 0x55)).ToArray());
        Assert.True(Bcrypt.Read("$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6")!.Verify(alike));
        Assert.True(Bcrypt.Read("$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy")!.Verify(mixed));
    }

    /// <summary>Made by libxcrypt.</summary>
    [Theory]
    [InlineData("correct horse battery", "$2y$10$", ".5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm")]
    [InlineData("密码不太安全😀", "$2b$04$", "OWTS1m0QT3HteGooDFFenAUYnyZbrti")]
    [InlineData("密码不太安全😀", "$2a$04$", "OWTS1m0QT3HteGooDFFenAUYnyZbrti")]
    [InlineData("密码不太安全😀", "$2y$04$", "OWTS1m0QT3HteGooDFFenAUYnyZbrti")]
    [InlineData("éééééééééééééééééééééééééééééééééééééééé", "$2y$04$", "BTospQgigBEuPBYsqBbPbgO5jPDvFbK")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "$2y$04$", "qr0T2Erqtp2.eSsHoUm2d1nEzNr2YGS")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "$2y$04$", "CalhZK17.E/rP32LLzFnq2QfqUOiHMK")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy", "$2y$04$", "CalhZK17.E/rP32LLzFnq2QfqUOiHMK")]
    [InlineData("short\0and never seen", "$2y$04$", "gh5/PpHjpcyM87R/KCuxbxrFITqbrN6")]
    [InlineData("slow", "$2y$14$", "lCnToiFCFUy2mhQ0vLse8L2EfBAxdl6")]
    public void Hashes_of_another_implementation_verify(string password, string head, string digest) => Assert.True(Bcrypt.Read(head + Salt + digest)!.Verify(password));

    [Theory]
    [InlineData("$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$15$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$31$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$03$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$5$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3")]
    [InlineData("$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3ee")]
    [InlineData("$2y$05$/OK.fbVrR/bpIqNJ5ianF!CE5elHaaO4EbggVDjb8P19RukzXSM3e")]
    [InlineData("$2y$05$")]
    [InlineData("$2")]
    public void What_is_no_bcrypt_or_costs_too_much_is_refused(string hash)
    {
        Assert.Null(Bcrypt.Read(hash));
        Assert.Null(ForeignHash.Read(hash));
    }

    [Fact]
    public void A_password_is_taken_in_utf_8() =>
        Assert.Equal(Bcrypt.Read("$2y$04$" + Salt + "OWTS1m0QT3HteGooDFFenAUYnyZbrti")!.Verify("密码不太安全😀"), Bcrypt.Read("$2y$04$" + Salt + "OWTS1m0QT3HteGooDFFenAUYnyZbrti")!.Verify(Encoding.UTF8.GetBytes("密码不太安全😀")));
}
