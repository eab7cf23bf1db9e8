using Identity.Compat;
using Identity.Compat.NleCloud;
using Identity.OpenId.Errors;

namespace Identity.Tests.Compat.NleCloud;

public sealed class ErrorsTests
{
    [Theory]
    [InlineData(RefusalReason.None, 401, "用户名或密码错误")]
    [InlineData(RefusalReason.UnknownAccount, 401, "用户名或密码错误")]
    [InlineData(RefusalReason.WrongPassword, 401, "用户名或密码错误")]
    [InlineData(RefusalReason.Disabled, 401, "用户名或密码错误")]
    [InlineData(RefusalReason.Locked, 423, "帐号已被锁定，请稍后再试")]
    [InlineData(RefusalReason.Throttled, 429, "请求过于频繁，请稍后再试")]
    public void A_refused_login_is_told_so(RefusalReason reason, int statusCode, string msg) =>
        Assert.Equal(
            $$"""{"ResultObj":null,"Status":1,"StatusCode":{{statusCode}},"Msg":"{{msg}}","ErrorObj":null}""",
            Errors.Table.Of(OAuthError.InvalidGrant("-", reason)).Text());

    [Fact]
    public void A_fault_has_status_2()
    {
        Assert.Equal("""{"ResultObj":null,"Status":2,"StatusCode":500,"Msg":"服务器繁忙，请稍后再试","ErrorObj":null}""", Errors.Table.Fault.Text());
        Assert.Same(Errors.Table.Fault, Errors.Table.Of(OAuthError.ServerError));
        Assert.Same(Errors.Table.Fault, Errors.Table.Of(OAuthError.InvalidClient()));
    }

    [Fact]
    public void Every_failure_is_http_200_with_a_status_that_is_not_0()
    {
        LegacyAnswer[] answers =
        [
            Errors.Table.Gone, Errors.Table.NotFound, Errors.Table.WrongMethod, Errors.Table.Fault, Errors.Missing("Account"), Errors.TooLong("Password", 32),
            .. Enum.GetValues<BodyMistake>().Select(Errors.Table.Of),
        ];
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.All(answers, answer => Assert.Matches("^{\"ResultObj\":null,\"Status\":[12],\"StatusCode\":[1-9][0-9]{2},\"Msg\":\"[^\"]+\",\"ErrorObj\":null}$", answer.Text()));
    }

    [Fact]
    public void Only_true_in_its_spellings_is_a_wish_to_be_remembered()
    {
        LegacyField[] yes = [new(FieldKind.True), new(FieldKind.Text, "true"), new(FieldKind.Text, "True")];
        LegacyField[] no = [default, new(FieldKind.False), new(FieldKind.Null), new(FieldKind.Text, "false"), new(FieldKind.Text, "1"), new(FieldKind.Number, "1"), new(FieldKind.Other)];
        Assert.All(yes, field => Assert.True(Login.IsTrue(field)));
        Assert.All(no, field => Assert.False(Login.IsTrue(field)));
    }
}
