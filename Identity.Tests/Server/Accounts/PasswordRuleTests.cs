using FsCheck;
using FsCheck.Fluent;
using Identity.Server.Accounts;
using Identity.Server.Hosting;

namespace Identity.Tests.Server.Accounts;

/// <summary>NIST SP 800-63B: length and a list, and no composition.</summary>
public sealed class PasswordRuleTests
{
    private static readonly PasswordRule Rule = new(new AccountsOptions(), new BrandOptions { Name = "The Brand" });

    [Theory]
    // Any signs, also only letters, blanks, letters of other scripts.
    [InlineData("correct horse battery", AccountMistake.None)]
    [InlineData("gkwqzhtp", AccountMistake.None)]
    [InlineData("春风又绿江南岸边", AccountMistake.None)]
    [InlineData("🐎🔋🧲🪜🎻🥁🎺🪕", AccountMistake.None)]
    [InlineData("gkwqzht", AccountMistake.WeakPassword)]
    // Four signs to a person, eight in UTF-16.
    [InlineData("🐎🔋🧲🪜", AccountMistake.WeakPassword)]
    [InlineData("", AccountMistake.WeakPassword)]
    [InlineData("password1", AccountMistake.CommonPassword)]
    [InlineData("PassWord1", AccountMistake.CommonPassword)]
    [InlineData("pass word 1", AccountMistake.CommonPassword)]
    // Full-width.
    [InlineData("１２３４５６７８", AccountMistake.CommonPassword)]
    [InlineData("woaini1314", AccountMistake.CommonPassword)]
    [InlineData("aaaaaaaaaaaaaaaa", AccountMistake.CommonPassword)]
    [InlineData("abababababab", AccountMistake.CommonPassword)]
    [InlineData("the brand", AccountMistake.CommonPassword)]
    [InlineData("Wang.Xiaoming", AccountMistake.CommonPassword)]
    [InlineData("wang.xiaoming@example.com", AccountMistake.CommonPassword)]
    [InlineData("wang.xiaoming and the rest", AccountMistake.None)]
    internal void A_password_is_judged_by_its_length_and_by_what_is_tried_first(string password, AccountMistake mistake) =>
        Assert.Equal(mistake, Rule.Check(password, "wang.xiaoming@example.com", null));

    [Fact]
    public void A_password_has_at_most_128_signs()
    {
        var longest = string.Concat(Enumerable.Repeat("abcdefgh", 16));
        Assert.Equal((AccountMistake.None, AccountMistake.WeakPassword), (Rule.Check(longest), Rule.Check(longest + "i")));
    }

    [Fact]
    public void A_longer_least_length_is_the_operators() =>
        Assert.Equal(AccountMistake.WeakPassword, new PasswordRule(new AccountsOptions { PasswordMinLength = 15 }, new BrandOptions()).Check("gkwqzhtpgkwqzh"));

    [Fact]
    public void Nothing_that_can_be_typed_makes_it_fail() => Prop.ForAll<string?>(
        password => Rule.Check(password ?? "", password) is AccountMistake.None or AccountMistake.WeakPassword or AccountMistake.CommonPassword).QuickCheckThrowOnFailure();
}
