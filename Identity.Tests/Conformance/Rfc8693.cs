using System.Text.Json;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>Token exchange, RFC 8693: a service goes on for the person who called it.</summary>
public sealed class Rfc8693(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string Type = "urn:ietf:params:oauth:token-type:access_token";
    private const string Api = "https://api.example";

    [Fact]
    public async Task Rfc8693_2_2_1_the_service_gets_a_token_that_says_who_acts_for_whom()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "caller" });
        var answer = await ExchangeAsync(Api, await TokenAsync("caller", "openid api"));
        Assert.Equal((200, Type, "Bearer", "openid api"), (answer.Status, answer.Text("issued_token_type"), answer.Text("token_type"), answer.Text("scope")));
        Assert.False(answer.Json.TryGetProperty("refresh_token", out _) || answer.Json.TryGetProperty("id_token", out _));
        var claims = Jwt.Payload(answer.AccessToken);
        Assert.Equal((account.Subject, Api, $$"""{"sub":"{{Api}}"}"""), (claims.GetProperty("sub").GetString(), claims.GetProperty("client_id").GetString(), claims.GetProperty("act").GetRawText()));
        Assert.Equal($$"""{"sub":"{{Api}}"}""", (await host.IntrospectAsync("watcher", answer.AccessToken)).Json.GetProperty("act").GetRawText());
    }

    [Fact]
    public async Task Rfc8693_4_1_hands_are_told_in_order_and_are_not_too_many()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "chained" });
        var first = (await ExchangeAsync(Api, await TokenAsync("chained", "api"))).AccessToken;
        var second = (await ExchangeAsync("gateway", first)).AccessToken;
        Assert.Equal($$$"""{"sub":"gateway","act":{"sub":"{{{Api}}}"}}""", Jwt.Payload(second).GetProperty("act").GetRawText());
        var fourth = (await ExchangeAsync("gateway", (await ExchangeAsync("gateway", second)).AccessToken)).AccessToken;
        Assert.Equal("invalid_request", (await ExchangeAsync("gateway", fourth)).Text("error"));
    }

    [Fact]
    public async Task An_exchange_never_widens_scope()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "narrow" });
        var token = await TokenAsync("narrow", "openid api");
        // Not in the person's token, though the client may have it.
        Assert.Equal("invalid_scope", (await ExchangeAsync("gateway", token, ("scope", "openid email"))).Text("error"));
        // In the person's token, not the client's to have.
        var rich = await TokenAsync("narrow", "openid profile api");
        Assert.Equal("invalid_scope", (await ExchangeAsync("gateway", rich, ("scope", "profile"))).Text("error"));
        Assert.Equal("openid api", (await ExchangeAsync("gateway", rich)).Text("scope"));
        Assert.Equal("invalid_scope", (await ExchangeAsync("gateway", await TokenAsync("narrow", "profile"))).Text("error"));
        Assert.Equal("api", (await ExchangeAsync(Api, await TokenAsync("narrow", "api offline_access"))).Text("scope"));
        Assert.Equal("invalid_scope", (await ExchangeAsync(Api, await TokenAsync("narrow", "api offline_access"), ("scope", "offline_access"))).Text("error"));
    }

    [Fact]
    public async Task An_exchange_never_lengthens_a_life()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "mortal" });
        var token = await TokenAsync("mortal", "api");
        host.Clock.Advance(TimeSpan.FromMinutes(40));
        var answer = await ExchangeAsync("gateway", token);
        Assert.Equal(20 * 60, answer.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal(Jwt.Payload(token).GetProperty("exp").GetInt64(), Jwt.Payload(answer.AccessToken).GetProperty("exp").GetInt64());
        host.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("invalid_request", (await ExchangeAsync("gateway", token)).Text("error"));
    }

    [Fact]
    public async Task Who_may_exchange_what_is_the_operators_to_say()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "ruled" });
        var token = await TokenAsync("ruled", "openid");
        // Not meant for the API, and of no client that it may take tokens of.
        Assert.Equal("invalid_request", (await ExchangeAsync(Api, token)).Text("error"));
        Assert.Equal(200, (await ExchangeAsync("gateway", token)).Status);
        // Off unless the client lists the grant; never for a public one; never for a machine's own token.
        Assert.Equal("unauthorized_client", (await ExchangeAsync("web", token)).Text("error"));
        Assert.Equal("unauthorized_client", (await ExchangeAsync("app", token)).Text("error"));
        var machine = (await host.TokenAsync("web", ("grant_type", "client_credentials"), ("scope", "api"))).AccessToken;
        Assert.Equal("invalid_request", (await ExchangeAsync("gateway", machine)).Text("error"));
    }

    [Fact]
    public async Task An_exchanged_token_ends_with_what_it_was_made_of()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "ended" });
        var tokens = await host.SignInAsync("web", "ended", scope: "openid api");
        var exchanged = (await ExchangeAsync("gateway", tokens.AccessToken)).AccessToken;
        Assert.Equal(200, (await host.UserInfoAsync(exchanged)).Status);
        await host.PostAsync("/connect/revoke", "web", ("token", tokens.RefreshToken));
        Assert.Equal(401, (await host.UserInfoAsync(exchanged)).Status);
        Assert.Equal("invalid_request", (await ExchangeAsync("gateway", tokens.AccessToken)).Text("error"));
    }

    [Fact]
    public async Task A_bound_token_does_not_become_a_bearer_token()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "bounder" });
        var (key, service) = (new DPoPKey(), new DPoPKey());
        var bound = (await host.ProvedTokenAsync("app", host.TokenProof(key), ("grant_type", "password"), ("username", "bounder"), ("password", "correct horse battery"), ("scope", "openid"))).AccessToken;
        Assert.Equal("invalid_request", (await ExchangeAsync("gateway", bound)).Text("error"));
        var answer = await host.ProvedTokenAsync("gateway", host.TokenProof(service), Form(bound));
        Assert.Equal(("DPoP", service.Thumbprint), (answer.Text("token_type"), Jwt.Payload(answer.AccessToken).GetProperty("cnf").GetProperty("jkt").GetString()));
    }

    [Fact]
    public async Task Rfc8693_2_1_an_actor_token_names_who_acts_and_is_the_clients_own()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "acted" });
        var token = await TokenAsync("acted", "api");
        var own = (await host.TokenAsync(Api, ("grant_type", "client_credentials"), ("scope", "api"))).AccessToken;
        Assert.Equal(Api, Jwt.Payload((await ExchangeAsync(Api, token, ("actor_token", own), ("actor_token_type", Type))).AccessToken).GetProperty("act").GetProperty("sub").GetString());
        var foreign = (await host.TokenAsync("other", ("grant_type", "client_credentials"))).AccessToken;
        Assert.Equal("invalid_request", (await ExchangeAsync(Api, token, ("actor_token", foreign), ("actor_token_type", Type))).Text("error"));
    }

    [Theory]
    [InlineData("subject_token", "unknown")]
    [InlineData("subject_token", "")]
    [InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("subject_token_type", "")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("actor_token", "unknown")]
    [InlineData("actor_token_type", Type)]
    public async Task Rfc8693_2_2_2_a_request_that_cannot_be_answered_is_invalid(string name, string value)
    {
        await host.AddAccountAsync(new NewAccount { UserName = $"bad{name}{value.Length}" });
        var form = Form(await TokenAsync($"bad{name}{value.Length}", "api")).Where(pair => pair.Name != name).Append((name, value)).ToArray();
        Assert.Equal("invalid_request", (await host.TokenAsync(Api, form)).Text("error"));
    }

    [Fact]
    public async Task Rfc8693_2_2_2_an_unknown_target_is_an_invalid_target()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "aimed" });
        var token = await TokenAsync("aimed", "api");
        Assert.Equal("invalid_target", (await ExchangeAsync(Api, token, ("audience", "https://elsewhere.example"))).Text("error"));
        Assert.Equal("invalid_target", (await ExchangeAsync(Api, token, ("resource", "https://elsewhere.example"))).Text("error"));
        Assert.Equal(200, (await ExchangeAsync(Api, token, ("audience", Api))).Status);
    }

    [Fact]
    public async Task What_the_caller_was_allowed_to_see_by_name_is_not_shown_to_who_acts_for_it()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "byname", Nickname = "By Name" });
        using var browser = new Browser(host);
        var back = await browser.ArriveAsync(CodeFlowHost.Request("site", ("scope", "openid api"), ("claims", """{"userinfo":{"nickname":null}}""")), "byname");
        var caller = await host.RedeemAsync("site", back.Parameter("code")!);
        Assert.Equal("By Name", (await host.UserInfoAsync(caller.AccessToken)).Text("nickname"));
        var seen = await host.UserInfoAsync((await ExchangeAsync(Api, caller.AccessToken)).AccessToken);
        Assert.Equal(200, seen.Status);
        Assert.False(seen.Json.TryGetProperty("nickname", out _));
    }

    private async Task<string> TokenAsync(string name, string scope) => (await host.SignInAsync("web", name, scope: scope)).AccessToken;

    private Task<Answer> ExchangeAsync(string client, string token, params (string, string)[] more) => host.TokenAsync(client, [.. Form(token), .. more]);

    private static (string Name, string Value)[] Form(string token) => [("grant_type", Grant), ("subject_token", token), ("subject_token_type", Type)];
}
