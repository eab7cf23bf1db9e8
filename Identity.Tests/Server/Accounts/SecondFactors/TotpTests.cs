using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Identity.Server.Accounts.SecondFactors;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Accounts.SecondFactors;

/// <summary>RFC 6238 and RFC 4648.</summary>
public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, Appendix B, SHA-1; the last six of its eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_standard(long seconds, string code)
    {
        var instant = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.Code(Secret, Totp.StepAt(instant)));
        Assert.Equal(code, new AuthenticatorPhone(Totp.Base32(Secret)).CodeAt(instant));
    }

    /// <summary>RFC 4226, Appendix D.</summary>
    [Theory]
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(9, "520489")]
    public void The_codes_are_those_of_the_standard_before_it(long counter, string code) => Assert.Equal(code, Totp.Code(Secret, counter));

    /// <summary>RFC 4648 §10.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void A_secret_is_written_as_the_standard_says(string text, string base32) => Assert.Equal(base32, Totp.Base32(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(60, false)]
    public void A_clock_may_be_one_step_off_and_no_more(int seconds, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_893_456_000);
        var other = now.AddSeconds(seconds);
        Assert.Equal(good ? Totp.StepAt(other) : null, Totp.Match(Secret, Totp.Code(Secret, Totp.StepAt(other)), now));
    }

    [Fact]
    public void Nothing_that_somebody_types_throws() =>
        Prop.ForAll<string>(typed => Totp.Match(Secret, Totp.Read(typed ?? ""), DateTimeOffset.UnixEpoch.AddYears(60)) is null or > 0).QuickCheckThrowOnFailure();

    [Fact]
    public void The_address_names_the_issuer_twice_and_everything_is_escaped() => Assert.Equal(
        "otpauth://totp/A%20%26%20B:%E6%9D%8E%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B&algorithm=SHA1&digits=6&period=30",
        Totp.Address("A & B", "李@example.com", Secret));

    [Theory]
    [InlineData("abcde-fghjk", "abcdefghjk")]
    [InlineData(" ABCDE fghjk ", "abcdefghjk")]
    [InlineData("abcde-fghj", null)]
    [InlineData("abcde-fghj0", null)]
    [InlineData("", null)]
    public void A_secret_for_people_is_read_as_people_type_it(string typed, string? read) => Assert.Equal(read, ReadableSecret.Read(typed, 10));
}
