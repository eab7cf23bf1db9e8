using System.Text;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId.Token;

public sealed class TokenRequestTests
{
    [Fact]
    public void Rfc6749_4_3_2_its_own_example()
    {
        var request = Read("grant_type=password&username=johndoe&password=A3ddj3w");
        Assert.Equal(("password", "johndoe", "A3ddj3w", null), (request.GrantType, request.Username, request.Password, request.RefreshToken));
        Assert.Empty(request.Scope);
    }

    [Fact]
    public void Rfc6749_6_its_own_example()
    {
        var request = Read("grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=a+b");
        Assert.Equal(("refresh_token", null, null, "tGzv3JOkF0XG5Qx2TlKWIA"), (request.GrantType, request.Username, request.Password, request.RefreshToken));
        Assert.Equal("a b", request.Scope.ToString());
    }

    [Fact]
    public void A_name_may_be_chinese_and_a_password_may_have_spaces()
    {
        var request = Read("grant_type=password&username=%E5%BC%A0%E4%B8%89&password=+a%26b%3Dc%2B+");
        Assert.Equal(("张三", " a&b=c+ "), (request.Username, request.Password));
    }

    [Fact]
    public void Parameters_nobody_knows_are_ignored_and_the_legacy_session_is_never_read_from_the_wire() =>
        Assert.Null(Read("grant_type=x&session_key=rageframe%3Aapp&SessionKey=a&unknown=1&unknown=2").SessionKey);

    [Theory]
    [InlineData("", "grant_type is missing.")]
    [InlineData("grant_type=", "grant_type is missing.")]
    [InlineData("Grant_Type=password", "grant_type is missing.")]
    [InlineData("username=a&password=b", "grant_type is missing.")]
    public void Rfc6749_5_2_missing_grant_type_is_invalid_request(string body, string sentence) => Refuses(OAuthError.InvalidRequest(sentence), body);

    [Theory]
    [InlineData("grant_type=password&grant_type=password", "grant_type")]
    [InlineData("grant_type=password&grant_type=", "grant_type")]
    [InlineData("grant_type=a&scope=b&scope=c", "scope")]
    [InlineData("grant_type=a&username=b&username=c", "username")]
    [InlineData("grant_type=a&password=b&password=c", "password")]
    [InlineData("grant_type=a&refresh_token=b&refresh_token=c", "refresh_token")]
    public void Rfc6749_5_2_a_repeated_parameter_is_invalid_request(string body, string name) =>
        Refuses(OAuthError.InvalidRequest($"{name} must not be repeated."), body);

    [Theory]
    [InlineData("grant_type", 128)]
    [InlineData("scope", 2048)]
    [InlineData("username", 256)]
    [InlineData("password", 1024)]
    [InlineData("refresh_token", 512)]
    public void An_oversized_parameter_is_invalid_request(string name, int most)
    {
        var others = string.Equals(name, "grant_type", StringComparison.Ordinal) ? "" : "grant_type=a&";
        Read($"{others}{name}={new string('x', most)}");
        Refuses(OAuthError.InvalidRequest($"{name} is too long."), $"{others}{name}={new string('x', most + 1)}");
    }

    [Fact]
    public void Rfc6749_5_2_a_malformed_scope_is_invalid_scope() => Refuses(OAuthError.InvalidScope("The scope is malformed."), "grant_type=a&scope=%22");

    [Fact]
    public void Neither_password_nor_refresh_token_is_ever_in_the_text() => Assert.Equal(
        "TokenRequest { GrantType = password, Scope = openid }",
        Read("grant_type=password&username=alice&password=geheim&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=openid").ToString());

    private static TokenRequest Read(string body)
    {
        Assert.True(TokenRequest.Parse(Form(body)).Succeeded(out var request, out _));
        return request;
    }

    private static void Refuses(OAuthError refusal, string body)
    {
        Assert.False(TokenRequest.Parse(Form(body)).Succeeded(out _, out var error));
        Assert.Equal(refusal, error);
    }

    private static ParameterSet Form(string body)
    {
        Assert.True(ParameterSet.Parse(Encoding.UTF8.GetBytes(body)).Succeeded(out var form, out _));
        return form;
    }
}
