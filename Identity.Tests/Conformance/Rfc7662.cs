using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Token introspection, RFC 7662.</summary>
public sealed class Rfc7662(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string Inactive = """{"active":false}""";

    [Theory]
    [InlineData("watcher")]
    [InlineData("https://api.example")]
    public async Task Rfc7662_2_2_who_may_know_is_told_all(string caller)
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "person" + caller[..1] });
        var token = (await host.SignInAsync("web", "person" + caller[..1], scope: "openid api")).AccessToken;
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var answer = await host.IntrospectAsync(caller, token);
        Assert.Equal(
            $$"""{"active":true,"scope":"openid api","client_id":"web","username":"person{{caller[..1]}}","token_type":"Bearer","exp":{{now + 3600}},"iat":{{now}},"sub":"{{account.Subject}}","aud":["{{host.Issuer}}","https://api.example"],"iss":"{{host.Issuer}}","jti":"{{Jwt.Payload(token).GetProperty("jti").GetString()}}","auth_time":{{now}},"acr":"urn:cloudmind:acr:password"}""",
            answer.Body);
        Assert.Equal((200, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
    }

    [Fact]
    public async Task Rfc7662_2_2_a_client_that_acts_for_itself_is_its_own_subject()
    {
        var token = (await host.TokenAsync("other", ("grant_type", "client_credentials"))).AccessToken;
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(
            $$"""{"active":true,"scope":"api","client_id":"other","token_type":"Bearer","exp":{{now + 3600}},"iat":{{now}},"sub":"other","aud":["{{host.Issuer}}","https://api.example"],"iss":"{{host.Issuer}}","jti":"{{Jwt.Payload(token).GetProperty("jti").GetString()}}"}""",
            (await host.IntrospectAsync("watcher", token)).Body);
    }

    [Fact]
    public async Task Rfc7662_2_2_a_refresh_token_is_told_to_its_client_and_to_the_watcher()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "refresher" });
        var tokens = await host.SignInAsync("web", "refresher", scope: "openid");
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var told = $$"""{"active":true,"scope":"openid","client_id":"web","username":"refresher","token_type":"refresh_token","exp":{{now + (30 * 86_400)}},"iat":{{now}},"sub":"{{account.Subject}}","iss":"{{host.Issuer}}","auth_time":{{now}}}""";
        Assert.Equal(told, (await host.IntrospectAsync("web", tokens.RefreshToken)).Body);
        Assert.Equal(told, (await host.IntrospectAsync("watcher", tokens.RefreshToken)).Body);
        Assert.Equal(Inactive, (await host.IntrospectAsync("other", tokens.RefreshToken)).Body);
        Assert.Equal(Inactive, (await host.IntrospectAsync("https://api.example", tokens.RefreshToken)).Body);
    }

    [Fact]
    public async Task Asking_about_a_refresh_token_does_not_use_it()
    {
        var tokens = await SignInAsync("unused");
        var next = await host.RefreshAsync("web", tokens.RefreshToken);
        Assert.True((await host.IntrospectAsync("web", tokens.RefreshToken)).Json.GetProperty("active").GetBoolean());
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Inactive, (await host.IntrospectAsync("web", tokens.RefreshToken)).Body);
        // And what would have revoked the family, presented, did not, asked about.
        Assert.Equal(200, (await host.RefreshAsync("web", next.RefreshToken)).Status);
    }

    [Fact]
    public async Task Rfc7662_4_a_token_for_somebody_else_is_inactive()
    {
        var tokens = await SignInAsync("foreign", "openid");
        // Not in aud: its own client, another one, and the resource of a scope that was not granted.
        foreach (var caller in new[] { "web", "other", "https://api.example" })
        {
            Assert.Equal(Inactive, (await host.IntrospectAsync(caller, tokens.AccessToken)).Body);
        }
    }

    [Fact]
    public async Task Rfc7662_2_2_what_is_no_token_is_inactive()
    {
        var token = (await SignInAsync("altered")).AccessToken;
        var parts = token.Split('.');
        foreach (var text in new[] { "a", new string('A', 74), new string('a', 4096), "a.b.c", "...", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}", $"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{parts[1]}.", token[..^1], $" {token}" })
        {
            Assert.Equal((200, Inactive), ((await host.IntrospectAsync("watcher", text)) is var answer ? (answer.Status, answer.Body) : default));
        }
    }

    [Fact]
    public async Task Rfc7662_2_2_an_id_token_is_no_access_token()
    {
        var tokens = await SignInAsync("id");
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", tokens.Text("id_token"))).Body);
    }

    [Fact]
    public async Task Rfc7662_2_2_a_revoked_token_is_inactive()
    {
        var tokens = await SignInAsync("revoked");
        await host.PostAsync("/connect/revoke", "web", ("token", tokens.RefreshToken));
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", tokens.RefreshToken)).Body);
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", tokens.AccessToken)).Body);
    }

    [Fact]
    public async Task Rfc7662_2_2_an_access_token_ends_on_the_second()
    {
        var token = (await SignInAsync("expiring")).AccessToken;
        host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.True((await host.IntrospectAsync("watcher", token)).Json.GetProperty("active").GetBoolean());
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", token)).Body);
    }

    [Fact]
    public async Task Rfc7662_2_2_a_refresh_token_ends_on_the_second()
    {
        var token = (await SignInAsync("sliding")).RefreshToken;
        host.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.True((await host.IntrospectAsync("web", token)).Json.GetProperty("active").GetBoolean());
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Inactive, (await host.IntrospectAsync("web", token)).Body);
    }

    [Fact]
    public async Task The_tokens_of_a_disabled_account_are_inactive()
    {
        var tokens = await SignInAsync("disabled");
        await host.DisableAccountAsync("disabled");
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", tokens.AccessToken)).Body);
        Assert.Equal(Inactive, (await host.IntrospectAsync("watcher", tokens.RefreshToken)).Body);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task Rfc7662_2_1_a_public_client_is_anybody_and_may_not_ask()
    {
        var answer = await host.IntrospectAsync("app", "a");
        answer.IsRefusal(401, """{"error":"invalid_client","error_description":"Client authentication failed."}""");
        Assert.False(answer.Headers.ContainsKey("WWW-Authenticate"));
    }

    [Fact]
    public async Task Rfc7662_2_1_without_a_client_nobody_is_told() =>
        (await host.PostAsync("/connect/introspect", null, ("token", "a"))).IsRefusal(401, """{"error":"invalid_client","error_description":"The client did not say who it is."}""");

    [Theory]
    [InlineData("", "token is missing.")]
    [InlineData("token=", "token is missing.")]
    [InlineData("token=a&token=a", "token must not be repeated.")]
    [InlineData("token=a&token_type_hint=b&token_type_hint=", "token_type_hint must not be repeated.")]
    public async Task Rfc7662_2_3_a_bad_request_is_invalid_request(string form, string description) =>
        (await host.PostRawAsync("/connect/introspect", form, authorization: RawRequest.Basic("watcher"))).IsRefusal(400, $$"""{"error":"invalid_request","error_description":"{{description}}"}""");

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("unknown")]
    public async Task Rfc7662_2_1_a_wrong_hint_does_no_harm(string hint)
    {
        var tokens = await SignInAsync("hint" + hint);
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
        {
            var answer = await host.PostAsync("/connect/introspect", "watcher", ("token", token), ("token_type_hint", hint));
            Assert.True(answer.Json.GetProperty("active").GetBoolean());
        }
    }

    [Fact]
    public async Task Rfc7662_2_1_a_GET_is_not_offered()
    {
        var answer = await host.GetAsync("/connect/introspect?token=a");
        Assert.Equal((405, "POST"), (answer.Status, answer.Headers["Allow"]));
    }

    private async Task<Answer> SignInAsync(string name, string? scope = null)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.SignInAsync("web", name, scope: scope);
    }
}
