using FsCheck.Fluent;
using Identity.Server.Accounts;
using Identity.Tests.OpenId;

namespace Identity.Tests.Server.Accounts;

public sealed class SignInNameTests
{
    [Theory]
    [InlineData("lei", "user_name", "lei")]
    [InlineData("Lei.Li_2-3", "user_name", "lei.li_2-3")]
    [InlineData("李雷", "user_name", "李雷")]
    [InlineData("李雷2", "user_name", "李雷2")]
    [InlineData("Ｌｅｉ", "user_name", "lei")]
    [InlineData("ｌｅｉ１", "user_name", "lei1")]
    [InlineData("ÉCOLE", "user_name", "école")]
    [InlineData("e\u0301cole", "user_name", "école")]
    [InlineData("नमस्ते", "user_name", "नमस्ते")]
    [InlineData("𠮷野", "user_name", "𠮷野")]
    [InlineData("  lei  ", "user_name", "lei")]
    [InlineData("1-2", "user_name", "1-2")]
    [InlineData("Lei@Example.COM", "email", "lei@example.com")]
    [InlineData(" a.b+c@x.example ", "email", "a.b+c@x.example")]
    [InlineData("bob@x", "email", "bob@x")]
    [InlineData("李雷@例子.中国", "email", "李雷@例子.中国")]
    [InlineData("13800138000", "phone_number", "+8613800138000")]
    [InlineData("+8613800138000", "phone_number", "+8613800138000")]
    [InlineData("+14155550123", "phone_number", "+14155550123")]
    [InlineData(" 13800138000 ", "phone_number", "+8613800138000")]
    [InlineData("１３８００１３８０００", "phone_number", "+8613800138000")]
    [InlineData("bob＠x", "email", "bob@x")]
    public void A_presented_name_has_one_kind_and_one_normal_form(string presented, string kind, string normal) =>
        Assert.Equal(new SignInName(kind, normal), SignInName.Read(presented));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u200Bb")]
    [InlineData("\u202Eadmin")]
    [InlineData("12345")]
    [InlineData("23800138000")]
    [InlineData("138001380001")]
    [InlineData("٠١٢٣٤")]
    [InlineData("+")]
    [InlineData("+1234567")]
    [InlineData("+0123456789")]
    [InlineData("+1234567890123456")]
    [InlineData("+86 138 0013 8000")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("a@b@c")]
    [InlineData("a@-")]
    [InlineData("a@b..c")]
    [InlineData("a@.b")]
    [InlineData(".a@b")]
    [InlineData("a..b@c")]
    [InlineData("a@b c")]
    [InlineData("<a>@b")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("😀")]
    [InlineData("\uD800")]
    public void What_nobody_can_have_is_no_name(string presented) => Assert.Null(SignInName.Read(presented));

    [Theory]
    [InlineData("13800138000")]
    [InlineData("１３８００１３８０００")]
    [InlineData("bob@x")]
    [InlineData("bob＠x")]
    [InlineData("+8613800138000")]
    [InlineData("＋8613800138000")]
    [InlineData("7")]
    [InlineData(" lei")]
    public void A_user_name_takes_nobody_s_mailbox_and_nobody_s_number(string text) => Assert.Null(SignInName.OfUserName(text));

    [Fact]
    public void Lengths_are_limited()
    {
        Assert.NotNull(SignInName.Read(new string('a', 64)));
        Assert.Null(SignInName.Read(new string('a', 65)));
        Assert.NotNull(SignInName.OfEmail(new string('a', 64) + "@b"));
        Assert.Null(SignInName.OfEmail(new string('a', 65) + "@b"));
        Assert.NotNull(SignInName.OfEmail("a@" + new string('b', 252)));
        Assert.Null(SignInName.OfEmail("a@" + new string('b', 253)));
        Assert.Null(SignInName.Read(new string('a', 100_000)));
        // One character that becomes eighteen.
        Assert.Null(SignInName.OfUserName(string.Concat(Enumerable.Repeat("\uFDFA", 64))));
    }

    [Fact]
    public void No_text_is_read_as_two_kinds() => Any.ForAll(
        Texts,
        text =>
        {
            var kinds = new[] { SignInName.OfUserName(text), SignInName.OfEmail(text), SignInName.OfPhoneNumber(text) }.OfType<SignInName>().ToList();
            Assert.True(kinds.Count <= 1);
        },
        runs: 5000);

    [Fact]
    public void A_normal_form_is_read_as_itself() => Any.ForAll(
        Texts,
        text =>
        {
            foreach (var name in new[] { SignInName.Read(text), SignInName.OfUserName(text), SignInName.OfEmail(text), SignInName.OfPhoneNumber(text) }.OfType<SignInName>())
            {
                Assert.Equal(name, SignInName.Read(name.Normal));
            }
        },
        runs: 5000);

    private static FsCheck.Gen<string> Texts => Gen.OneOf(
            Gen.Elements("1", "3", "8", "0", "+", "@", ".", "-", "_", "a", "B", "13800138000", "x.com", "李", "１", "＠", "＋", "．", "é", "İ", "ß", "ǅ", "Σ", "ﬁ", "\u0301", "٣", "²", "Ⅷ", "😀", " ", "\u00AD", "\u212A"),
            Gen.Choose(0x20, 0xFFFF).Select(c => ((char)c).ToString()))
        .ListOf().Select(string.Concat);
}
