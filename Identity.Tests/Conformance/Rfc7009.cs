using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Token revocation, RFC 7009.</summary>
public sealed class Rfc7009(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Theory]
    [InlineData("")]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    [InlineData("something_else")]
    public async Task Rfc7009_2_1_a_refresh_token_is_revoked_whatever_the_hint_says(string hint)
    {
        var tokens = await SignInAsync("refresh" + hint);
        await RevokedAsync("web", tokens.RefreshToken, hint);
        Assert.Equal("invalid_grant", (await host.RefreshAsync("web", tokens.RefreshToken)).Text("error"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task Rfc7009_2_1_an_access_token_is_revoked_whatever_the_hint_says(string hint)
    {
        var tokens = await SignInAsync("access" + hint);
        await RevokedAsync("web", tokens.AccessToken, hint);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(200, (await host.RefreshAsync("web", tokens.RefreshToken)).Status);
    }

    [Fact]
    public async Task Rfc7009_2_1_with_a_refresh_token_go_the_access_tokens_of_its_grant()
    {
        var first = await SignInAsync("grant");
        var second = await host.RefreshAsync("web", first.RefreshToken);
        var other = await host.SignInAsync("web", "grant");
        await RevokedAsync("web", second.RefreshToken);
        Assert.Equal(401, (await host.UserInfoAsync(first.AccessToken)).Status);
        Assert.Equal(401, (await host.UserInfoAsync(second.AccessToken)).Status);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", second.AccessToken)).Body);
        Assert.Equal(200, (await host.UserInfoAsync(other.AccessToken)).Status);
    }

    [Fact]
    public async Task Rfc7009_2_1_a_replaced_refresh_token_revokes_its_grant_too()
    {
        var first = await SignInAsync("replaced");
        var second = await host.RefreshAsync("web", first.RefreshToken);
        await RevokedAsync("web", first.RefreshToken);
        Assert.Equal("invalid_grant", (await host.RefreshAsync("web", second.RefreshToken)).Text("error"));
    }

    [Fact]
    public async Task Rfc7009_2_1_a_token_of_another_client_is_refused_and_stays_good()
    {
        const string Refusal = """{"error":"invalid_request","error_description":"The token was not issued to this client."}""";
        var tokens = await SignInAsync("foreign");
        (await host.PostAsync("/connect/revoke", "post", ("token", tokens.RefreshToken))).IsRefusal(400, Refusal);
        (await host.PostAsync("/connect/revoke", "post", ("token", tokens.AccessToken))).IsRefusal(400, Refusal);
        Assert.Equal(200, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(200, (await host.RefreshAsync("web", tokens.RefreshToken)).Status);
    }

    [Fact]
    public async Task Rfc7009_2_1_a_public_client_revokes_its_own_token()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "public" });
        var tokens = await host.SignInAsync("app", "public");
        await RevokedAsync("app", tokens.RefreshToken);
        Assert.Equal("invalid_grant", (await host.RefreshAsync("app", tokens.RefreshToken)).Text("error"));
    }

    [Fact]
    public async Task Rfc7009_2_1_the_token_of_a_client_that_acts_for_itself_is_revoked()
    {
        var token = (await host.TokenAsync("web", ("grant_type", "client_credentials"))).AccessToken;
        Assert.StartsWith("""{"active":true""", (await host.IntrospectAsync("watcher", token)).Body, StringComparison.Ordinal);
        await RevokedAsync("web", token);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", token)).Body);
    }

    [Fact]
    public async Task Rfc7009_2_2_what_is_no_good_token_is_revoked_already()
    {
        var tokens = await SignInAsync("twice");
        await RevokedAsync("web", tokens.RefreshToken);
        await RevokedAsync("web", tokens.RefreshToken);
        await RevokedAsync("web", tokens.AccessToken);
        await RevokedAsync("web", "nonsense");
        await RevokedAsync("web", new string('a', 4096));
        await RevokedAsync("web", tokens.AccessToken[..^3] + "abc");
    }

    [Fact]
    public async Task Rfc7009_2_2_an_expired_access_token_is_revoked_already()
    {
        var tokens = await SignInAsync("expired");
        host.Clock.Advance(TimeSpan.FromHours(1));
        await RevokedAsync("web", tokens.AccessToken);
    }

    [Theory]
    [InlineData("", "token is missing.")]
    [InlineData("token=", "token is missing.")]
    [InlineData("token_type_hint=access_token", "token is missing.")]
    [InlineData("token=a&token=b", "token must not be repeated.")]
    [InlineData("token=a&token_type_hint=b&token_type_hint=c", "token_type_hint must not be repeated.")]
    public async Task Rfc7009_2_2_1_a_bad_request_is_invalid_request(string form, string description) =>
        (await host.PostRawAsync("/connect/revoke", form, authorization: RawRequest.Basic("web"))).IsRefusal(400, $$"""{"error":"invalid_request","error_description":"{{description}}"}""");

    [Fact]
    public async Task Rfc7009_2_1_a_token_that_is_too_long_is_invalid_request() =>
        (await host.PostAsync("/connect/revoke", "web", ("token", new string('a', 4097)))).IsRefusal(400, """{"error":"invalid_request","error_description":"token is too long."}""");

    [Fact]
    public async Task Rfc7009_2_1_the_client_proves_itself_first() =>
        (await host.PostAsync("/connect/revoke", null, ("token", "a"))).IsRefusal(401, """{"error":"invalid_client","error_description":"The client did not say who it is."}""");

    private async Task<Answer> SignInAsync(string name)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.SignInAsync("web", name);
    }

    private async Task RevokedAsync(string client, string token, string hint = "")
    {
        var answer = await host.PostAsync("/connect/revoke", client, ("token", token), ("token_type_hint", hint));
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }
}
