using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Bearer tokens at userinfo, RFC 6750.</summary>
public sealed class Rfc6750(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string BadToken = """{"error":"invalid_token","error_description":"The access token is not valid."}""";

    [Theory]
    [InlineData(null)]
    [InlineData("Basic d2ViOmE=")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Token abc")]
    public async Task Rfc6750_3_1_without_a_token_only_the_scheme_is_told(string? authorization)
    {
        var answer = await host.GetAsync("/connect/userinfo", authorization is null ? [] : [("Authorization", authorization)]);
        answer.IsRefusal(401, """{"error":"invalid_token","error_description":"An access token is needed."}""");
        Assert.Equal("Bearer, DPoP algs=\"ES256 PS256\"", answer.Headers["WWW-Authenticate"]);
    }

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ...")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.")]
    public async Task Rfc6750_3_1_a_bad_token_is_invalid_token(string authorization)
    {
        var answer = await host.GetAsync("/connect/userinfo", ("Authorization", authorization));
        answer.IsRefusal(401, BadToken);
        Assert.Equal("""Bearer error="invalid_token", error_description="The access token is not valid.", DPoP algs="ES256 PS256" """.TrimEnd(), answer.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task Rfc6750_3_1_expired_revoked_and_ended_tokens_are_told_apart_by_nobody()
    {
        var (expired, revoked, ended) = (await SignInAsync("expired"), await SignInAsync("revoked"), await SignInAsync("ended"));
        await host.PostAsync("/connect/revoke", "web", ("token", revoked.AccessToken));
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await host.EndSessionsAsync("ended");
        (await host.UserInfoAsync(revoked.AccessToken)).IsRefusal(401, BadToken);
        (await host.UserInfoAsync(ended.AccessToken)).IsRefusal(401, BadToken);
        Assert.Equal(200, (await host.UserInfoAsync(expired.AccessToken)).Status);
        host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        (await host.UserInfoAsync(expired.AccessToken)).IsRefusal(401, BadToken);
    }

    [Fact]
    public async Task Rfc6750_3_1_too_little_scope_is_403()
    {
        var answer = await host.UserInfoAsync((await SignInAsync("little", "profile")).AccessToken);
        answer.IsRefusal(403, """{"error":"insufficient_scope","error_description":"The access token does not have the scope openid."}""");
        Assert.Equal("""Bearer error="insufficient_scope", error_description="The access token does not have the scope openid.", DPoP algs="ES256 PS256" """.TrimEnd(), answer.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task Rfc6750_2_1_the_scheme_has_no_case()
    {
        var token = (await SignInAsync("scheme")).AccessToken;
        foreach (var scheme in new[] { "Bearer", "bearer", "BEARER" })
        {
            Assert.Equal(200, (await host.GetAsync("/connect/userinfo", ("Authorization", $"{scheme} {token}"))).Status);
        }
    }

    [Fact]
    public async Task Rfc6750_2_2_a_token_may_come_in_a_form()
    {
        var token = (await SignInAsync("form")).AccessToken;
        Assert.Equal(200, (await host.PostRawAsync("/connect/userinfo", $"access_token={token}")).Status);
        Assert.Equal(200, (await host.PostRawAsync("/connect/userinfo", "", authorization: $"Bearer {token}")).Status);
        Assert.Equal(200, (await host.PostRawAsync("/connect/userinfo", "access_token=", authorization: $"Bearer {token}")).Status);
        Assert.Equal(200, (await host.PostRawAsync("/connect/userinfo", "", contentType: null, authorization: $"Bearer {token}")).Status);
    }

    [Fact]
    public async Task Rfc6750_2_two_ways_at_once_are_invalid_request()
    {
        var token = (await SignInAsync("twice")).AccessToken;
        var answer = await host.PostRawAsync("/connect/userinfo", $"access_token={token}", authorization: $"Bearer {token}");
        answer.IsRefusal(400, """{"error":"invalid_request","error_description":"The access token was sent in more than one way."}""");
        Assert.Equal("""Bearer error="invalid_request", error_description="The access token was sent in more than one way.", DPoP algs="ES256 PS256" """.TrimEnd(), answer.Headers["WWW-Authenticate"]);
        (await host.PostRawAsync("/connect/userinfo", $"access_token={token}&access_token={token}")).IsRefusal(400, """{"error":"invalid_request","error_description":"access_token must not be repeated."}""");
    }

    [Fact]
    public async Task Rfc6750_2_2_a_form_in_a_GET_is_not_read()
    {
        var token = (await SignInAsync("get")).AccessToken;
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Content = new FormUrlEncodedContent([KeyValuePair.Create("access_token", token)]) };
        Assert.Equal("Bearer, DPoP algs=\"ES256 PS256\"", (await host.SendAsync(request)).Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task Rfc6750_2_3_a_token_in_the_query_is_never_read()
    {
        var token = (await SignInAsync("query")).AccessToken;
        Assert.Equal((401, "Bearer, DPoP algs=\"ES256 PS256\""), (await host.GetAsync($"/connect/userinfo?access_token={token}")) is var got ? (got.Status, got.Headers["WWW-Authenticate"]) : default);
        Assert.Equal((401, "Bearer, DPoP algs=\"ES256 PS256\""), (await host.PostRawAsync($"/connect/userinfo?access_token={token}", "")) is var posted ? (posted.Status, posted.Headers["WWW-Authenticate"]) : default);
        // It does not count as a second way either, for it is not looked at.
        Assert.Equal(200, (await host.GetAsync($"/connect/userinfo?access_token={token}", ("Authorization", $"Bearer {token}"))).Status);
    }

    [Theory]
    [InlineData("access_token=%FF")]
    [InlineData("access_token=%zz")]
    public async Task Rfc6750_3_1_a_malformed_form_is_invalid_request(string form) =>
        Assert.Equal((400, "invalid_request"), (await host.PostRawAsync("/connect/userinfo", form)) is var answer ? (answer.Status, answer.Text("error")) : default);

    [Fact]
    public async Task Rfc6750_3_1_a_token_that_is_too_long_is_refused()
    {
        (await host.UserInfoAsync(new string('a', 8000))).IsRefusal(401, BadToken);
        (await host.PostRawAsync("/connect/userinfo", "access_token=" + new string('a', 4097))).IsRefusal(400, """{"error":"invalid_request","error_description":"access_token is too long."}""");
    }

    [Fact]
    public async Task Userinfo_is_JSON_that_nobody_keeps()
    {
        var answer = await host.UserInfoAsync((await SignInAsync("kept", "openid")).AccessToken);
        Assert.Equal((200, "no-store", "application/json; charset=utf-8"), (answer.Status, answer.Headers["Cache-Control"], answer.Headers["Content-Type"]));
    }

    private async Task<Answer> SignInAsync(string name, string? scope = null)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.SignInAsync("web", name, scope: scope);
    }
}
