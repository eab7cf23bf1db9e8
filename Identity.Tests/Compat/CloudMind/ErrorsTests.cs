using System.Text;
using Identity.Compat;
using Identity.Compat.CloudMind;
using Identity.OpenId.Errors;

namespace Identity.Tests.Compat.CloudMind;

public sealed class ErrorsTests
{
    [Theory]
    [InlineData(RefusalReason.UnknownAccount, 201)]
    [InlineData(RefusalReason.WrongPassword, 202)]
    [InlineData(RefusalReason.Locked, 202)]
    [InlineData(RefusalReason.Throttled, 202)]
    [InlineData(RefusalReason.Disabled, 202)]
    [InlineData(RefusalReason.None, 202)]
    public void The_http_status_tells_why_a_login_failed(RefusalReason reason, int status)
    {
        var answer = Errors.Table.Of(OAuthError.InvalidGrant("-", reason));
        Assert.Equal((status, "{}"), (answer.Status, answer.Text()));
    }

    [Fact]
    public void A_refusal_of_the_client_is_a_fault_of_ours()
    {
        Assert.Equal((500, """{"code":500,"msg":"服务器繁忙，请稍后再试"}"""), (Errors.Table.Fault.Status, Errors.Table.Fault.Text()));
        Assert.Same(Errors.Table.Fault, Errors.Table.Of(OAuthError.ServerError));
        Assert.Same(Errors.Table.Fault, Errors.Table.Of(OAuthError.InvalidClient()));
    }

    [Theory]
    [InlineData(RegistrationOutcome.WrongCode, 1001)]
    [InlineData(RegistrationOutcome.EmailTaken, 1002)]
    [InlineData(RegistrationOutcome.WeakPassword, 1003)]
    [InlineData(RegistrationOutcome.BadNickname, 1004)]
    [InlineData(RegistrationOutcome.Throttled, 1005)]
    public void The_numbers_of_registration_failures_are_stable(RegistrationOutcome outcome, int code)
    {
        var answer = Errors.Of(outcome);
        Assert.Equal(201, answer.Status);
        Assert.StartsWith($$"""{"code":{{code}},"msg":""", answer.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", """{"code":400,"msg":"field \"email\" is not set"}""")]
    [InlineData("""{"email":null}""", """{"code":400,"msg":"field \"email\" is not set"}""")]
    [InlineData("""{"email":""}""", """{"code":400,"msg":"field \"email\" is not set"}""")]
    [InlineData("""{"email":5}""", """{"code":400,"msg":"type mismatch for field \"email\""}""")]
    [InlineData("""{"email":"a"}""", """{"code":400,"msg":"field \"passWord\" is not set"}""")]
    [InlineData("""{"email":"a","passWord":true}""", """{"code":400,"msg":"type mismatch for field \"passWord\""}""")]
    [InlineData("""{"email":"a","password":"12345678901234567"}""", """{"code":400,"msg":"field \"passWord\" is too long"}""")]
    [InlineData("""{"email":"a","password":"p"}""", null)]
    [InlineData("""{"email":"a","passWord":"p","password":5}""", null)]
    public async Task The_first_mistake_is_told_as_the_original_told_it(string body, string? expected)
    {
        var reader = new FieldReader(await LegacyBody.ParseAsync("application/json", Encoding.UTF8.GetBytes(body), LegacyApi.CloudMind, default));
        reader.Filled("email");
        reader.Filled("passWord", alias: "password", maxLength: 16);
        Assert.Equal(expected, reader.Mistake?.Text());
    }

    [Theory]
    [InlineData(ExpiryFormat.Absolute, 30_000, 1_000_030_000, 1_000_015_000)]
    [InlineData(ExpiryFormat.Duration, 30_000, 30_000, 15_000)]
    [InlineData(ExpiryFormat.Duration, 1, 1, 0)]
    public void Tokens_are_refreshed_half_way(ExpiryFormat format, long lifetime, long expire, long refresh)
    {
        var member = new LegacyMember { Number = 1, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };
        var answer = Envelope.Tokens(new(new() { AccessToken = "t+/", ExpiresIn = lifetime }, DateTimeOffset.FromUnixTimeSeconds(1_000_000_000), member), format);
        Assert.Equal((200, $$"""{"accessToken":"t+/","accessExpire":{{expire}},"refreshAfter":{{refresh}}}"""), (answer.Status, answer.Text()));
    }

    [Theory]
    [InlineData("+ 中文 é 😀<&'", "+ 中文 é 😀<&'")]
    [InlineData("\"\\\n", "\\\"\\\\\\n")]
    [InlineData("😀\"\\\n", "😀\\\"\\\\\\n")]
    public void Text_is_written_raw_where_json_allows_it(string text, string written) =>
        Assert.Equal($$"""{"code":1,"msg":"{{written}}"}""", Envelope.Failure(200, 1, text).Text());

    [Fact]
    public void Half_a_surrogate_pair_does_not_break_the_answer() =>
        Assert.Equal("{\"code\":1,\"msg\":\"a\uFFFDb\"}", Envelope.Failure(200, 1, "a\uD83Db").Text());
}
