using FsCheck.Fluent;
using Identity.OpenId.Device;

namespace Identity.Tests.OpenId.Device;

public sealed class UserCodeTests
{
    [Theory]
    [InlineData("WDJB-MJHT", "WDJBMJHT")]
    [InlineData("wdjbmjht", "WDJBMJHT")]
    [InlineData(" wdjb mjht. ", "WDJBMJHT")]
    [InlineData("ＷＤＪＢ－ＭＪＨＴ", "WDJBMJHT")]
    [InlineData("W-D-J-B—M_J_H_T", "WDJBMJHT")]
    [InlineData("WDJB-MJH", null)]
    [InlineData("WDJB-MJHTT", null)]
    [InlineData("WDJB-MJHA", null)]
    [InlineData("WDJB-MJH0", null)]
    [InlineData("", null)]
    [InlineData("-", null)]
    [InlineData(null, null)]
    public void Rfc8628_6_1_what_a_person_types_is_read_with_mercy(string? typed, string? code) => Assert.Equal(code, UserCode.Read(typed));

    [Fact]
    public void A_text_that_nobody_types_is_not_searched() => Assert.Null(UserCode.Read($"WDJBMJHT{new string(' ', 57)}"));

    [Fact]
    public void Letters_that_are_taken_for_each_other_or_make_words_are_not_used() => Assert.DoesNotContain(UserCode.Letters, c => "AEIOUY0O1IL5S2Z8B".Except("BLSZ").Contains(c));

    [Fact]
    public void What_is_shown_is_read_back() => Any.ForAll(
        Gen.Elements(UserCode.Letters.ToCharArray()).ArrayOf(UserCode.Length).Select(letters => new string(letters)),
        code => Assert.Equal(code, UserCode.Read(UserCode.Show(code))));
}
