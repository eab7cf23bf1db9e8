using Identity.Compat;
using Identity.Compat.RageFrame;
using Identity.OpenId.Errors;

namespace Identity.Tests.Compat.RageFrame;

public sealed class ErrorsTests
{
    [Theory]
    [InlineData(RefusalReason.None, """{"code":422,"message":"账号或者密码错误","data":[]}""")]
    [InlineData(RefusalReason.UnknownAccount, """{"code":422,"message":"账号或者密码错误","data":[]}""")]
    [InlineData(RefusalReason.WrongPassword, """{"code":422,"message":"账号或者密码错误","data":[]}""")]
    [InlineData(RefusalReason.Disabled, """{"code":422,"message":"账号或者密码错误","data":[]}""")]
    [InlineData(RefusalReason.UnknownGroup, """{"code":422,"message":"组别是无效的。","data":[]}""")]
    [InlineData(RefusalReason.Locked, """{"code":429,"message":"帐号已被锁定，请稍后再试","data":{"name":"Too Many Requests","message":"帐号已被锁定，请稍后再试","code":0,"status":429}}""")]
    [InlineData(RefusalReason.Throttled, """{"code":429,"message":"请求过于频繁，请稍后再试","data":{"name":"Too Many Requests","message":"请求过于频繁，请稍后再试","code":0,"status":429}}""")]
    public void A_refused_login_is_told_so(RefusalReason reason, string body) =>
        Assert.Equal(body, Errors.Table.Of(OAuthError.InvalidGrant("-", reason)).Text());

    [Theory]
    [InlineData(RefusalReason.None)]
    [InlineData(RefusalReason.UnknownToken)]
    [InlineData(RefusalReason.ForeignToken)]
    [InlineData(RefusalReason.Revoked)]
    [InlineData(RefusalReason.Reused)]
    [InlineData(RefusalReason.Disabled)]
    [InlineData(RefusalReason.UnknownAccount)]
    public void A_dead_refresh_token_sends_the_client_to_the_login(RefusalReason reason) =>
        Assert.Equal(
            """{"code":401,"message":"找不到用户","data":{"name":"Unauthorized","message":"找不到用户","code":0,"status":401}}""",
            Errors.OfRefresh(OAuthError.InvalidGrant("-", reason)).Text());

    [Fact]
    public void An_expired_refresh_token_has_its_own_sentence() =>
        Assert.Equal(
            """{"code":401,"message":"您的重置令牌已经过期，请重新登录","data":{"name":"Unauthorized","message":"您的重置令牌已经过期，请重新登录","code":0,"status":401}}""",
            Errors.OfRefresh(OAuthError.InvalidGrant("-", RefusalReason.Expired)).Text());

    [Fact]
    public void A_refusal_of_the_client_is_a_fault_of_ours()
    {
        Assert.Equal("""{"code":500,"message":"Internal Server Error","data":"内部服务器错误,请联系管理员"}""", Errors.Table.Fault.Text());
        foreach (var refusal in new[] { OAuthError.ServerError, OAuthError.InvalidClient(), OAuthError.UnauthorizedClient("-"), OAuthError.InvalidScope("-"), OAuthError.InvalidRequest("-") })
        {
            Assert.Same(Errors.Table.Fault, Errors.Table.Of(refusal));
            Assert.Same(Errors.Table.Fault, Errors.OfRefresh(refusal));
        }
    }

    [Fact]
    public void Every_answer_is_http_200()
    {
        LegacyAnswer[] answers =
        [
            Errors.Table.Gone, Errors.Table.NotFound, Errors.Table.WrongMethod, Errors.Table.Fault, Errors.NoGroup, Errors.DeadToken,
            .. Enum.GetValues<BodyMistake>().Select(Errors.Table.Of),
            .. Enum.GetValues<RefusalReason>().Select(reason => Errors.Table.Of(OAuthError.InvalidGrant("-", reason))),
        ];
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public void Malformed_json_is_told_in_the_originals_words() =>
        Assert.StartsWith("""{"code":400,"message":"Invalid JSON data in request body: """, Errors.Table.Of(BodyMistake.BadJson).Text(), StringComparison.Ordinal);
}
