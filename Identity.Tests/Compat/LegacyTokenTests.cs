using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Identity.Compat.LegacyTokens;
using Identity.Server.Keys;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;

namespace Identity.Tests.Compat;

/// <summary>A resource API in another process (here: another application) that keeps the old API's other endpoints and believes our tokens.</summary>
public sealed class LegacyTokenTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    private const string RageFrame401 = """{"code":401,"message":"Your request was made with invalid credentials.","data":{"name":"Unauthorized","message":"Your request was made with invalid credentials.","code":0,"status":401}}""";
    private const string RageFrameExpired = """{"code":401,"message":"您的登录验证已经过期，请重新登录","data":{"name":"Unauthorized","message":"您的登录验证已经过期，请重新登录","code":0,"status":401}}""";
    private const string NleCloud401 = """{"ResultObj":null,"Status":1,"StatusCode":401,"Msg":"AccessToken无效或已过期，请重新登录","ErrorObj":null}""";

    [Theory]
    [InlineData("cloudmind", "Authorization", "", true)]
    [InlineData("cloudmind", "Authorization", "Bearer ", true)]
    [InlineData("cloudmind", "Authorization", "BEARER ", true)]
    [InlineData("cloudmind", "Authorization", "Basic ", false)]
    [InlineData("cloudmind", "x-api-key", "", false)]
    [InlineData("cloudmind", "?access-token", "", false)]
    [InlineData("nlecloud", "AccessToken", "", true)]
    [InlineData("nlecloud", "Authorization", "Bearer ", false)]
    [InlineData("nlecloud", "?AccessToken", "", false)]
    [InlineData("rageframe", "x-api-key", "", true)]
    [InlineData("rageframe", "Authorization", "Bearer ", true)]
    [InlineData("rageframe", "Authorization", "", false)]
    [InlineData("rageframe", "?access-token", "", true)]
    [InlineData("rageframe", "AccessToken", "", false)]
    public async Task Each_API_takes_its_own_tokens_in_its_own_ways(string api, string place, string prefix, bool good)
    {
        await using var resource = await ResourceAsync(api);
        var person = await PersonAsync();
        var answer = await CallAsync(resource, "/orders", (place, prefix + person[api]));
        if (!good)
        {
            Assert.Equal(Refusal(api), (answer.Status, answer.Body));
            return;
        }

        // The number, the subject, and nothing of which anybody could make more.
        var payload = Jwt.Payload(person[api]);
        var number = payload.Number(api switch { "cloudmind" => "jwtUserId", "nlecloud" => "UserID", _ => "member_id" });
        Assert.Equal((200, $"{number} {payload.Text("sub")} {api} openid profile email phone address {api}"), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("cloudmind", "Authorization")]
    [InlineData("nlecloud", "AccessToken")]
    [InlineData("rageframe", "x-api-key")]
    public async Task Everything_else_is_refused_in_the_APIs_own_words(string api, string place)
    {
        await using var resource = await ResourceAsync(api);
        var person = await PersonAsync();
        string[] bad = ["", "null", "bogus", "a.b.c", "e30.e30.e30", person[api][..^3], person[api] + "x", new string('a', 5000), .. person.Where(token => token.Key != api).Select(token => token.Value)];
        foreach (var token in bad)
        {
            var answer = await CallAsync(resource, "/orders", (place, token));
            Assert.Equal(Refusal(api), (answer.Status, answer.Body));
            Assert.DoesNotContain("WWW-Authenticate", answer.Headers.Keys);
        }

        Assert.Equal(Refusal(api), Seen(await CallAsync(resource, "/orders")));
        Assert.Equal((200, "anybody"), Seen(await CallAsync(resource, "/open", (place, "bogus"))));

        // Good, and not enough.
        var forbidden = await CallAsync(resource, "/never", (place, person[api]));
        Assert.Equal(
            api switch
            {
                "cloudmind" => (403, ""),
                "nlecloud" => (200, """{"ResultObj":null,"Status":1,"StatusCode":403,"Msg":"没有权限执行该操作","ErrorObj":null}"""),
                _ => (200, """{"code":403,"message":"您没有执行此操作的权限。","data":{"name":"Forbidden","message":"您没有执行此操作的权限。","code":0,"status":403}}"""),
            },
            Seen(forbidden));
    }

    [Fact]
    public async Task A_token_of_another_client_that_has_the_APIs_audience_is_not_the_APIs()
    {
        await using var own = new AudienceHost();
        await own.InitializeAsync();
        await own.AddAccountAsync(new() { UserName = "partner" });
        var foreign = (await own.SignInAsync("partner", "partner")).AccessToken;
        Assert.Contains("urn:cloudmind:rageframe", Jwt.Payload(foreign).GetProperty("aud").GetRawText(), StringComparison.Ordinal);
        await using var resource = await ResourceAsync("rageframe", of: own);
        Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(resource, "/orders", ("x-api-key", foreign))));
        var answer = await own.SendAsync(new(HttpMethod.Get, "/connect/userinfo") { Headers = { { "x-api-key", foreign } } });
        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task An_expired_token_is_told_so_where_the_API_has_words_for_it()
    {
        await using var own = new IdentityHost();
        await own.InitializeAsync();
        await own.AddAccountAsync(new() { UserName = "late", Email = "late@example.com", EmailVerified = true });
        var tokens = await TokensAsync(own, "late");
        var resources = new Dictionary<string, WebApplication>(StringComparer.Ordinal);
        foreach (var api in tokens.Keys.Where(api => api != "web"))
        {
            resources[api] = await ResourceAsync(api, of: own);
            Assert.Equal(200, (await CallAsync(resources[api], "/orders", (Place(api), tokens[api]))).Status);
        }

        own.Clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal((401, ""), Seen(await CallAsync(resources["cloudmind"], "/orders", ("Authorization", tokens["cloudmind"]))));
        Assert.Equal((200, NleCloud401), Seen(await CallAsync(resources["nlecloud"], "/orders", ("AccessToken", tokens["nlecloud"]))));
        Assert.Equal((200, RageFrameExpired), Seen(await CallAsync(resources["rageframe"], "/orders", ("x-api-key", tokens["rageframe"]))));
        foreach (var resource in resources.Values)
        {
            await resource.DisposeAsync();
        }
    }

    [Fact]
    public async Task Keys_are_fetched_once_and_again_for_a_key_that_they_do_not_have()
    {
        await using var own = new IdentityHost();
        await own.InitializeAsync();
        await own.AddAccountAsync(new() { UserName = "keys" });
        var fetches = new Fetches();
        await using var resource = await ResourceAsync("rageframe", of: own, handler: fetches);
        var token = (await own.RageFrameLoginAsync("keys")).Data().Text("access_token");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => Assert.Equal(200, (await CallAsync(resource, "/orders", ("x-api-key", token))).Status)));
        Assert.Equal(["/.well-known/jwks", "/.well-known/openid-configuration"], fetches.Paths.Order(StringComparer.Ordinal));

        // Names of keys that do not exist are not worth a fetch each.
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(resource, "/orders", ("x-api-key", WithKey(token, $"made-up-{i}")))));
        }

        Assert.Equal(2, fetches.Paths.Count);
        own.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(resource, "/orders", ("x-api-key", WithKey(token, "made-up")))));
        Assert.Equal(4, fetches.Paths.Count);

        // The server has a new key and signs with it at once: the first such token is good.
        own.Clock.Advance(TimeSpan.FromSeconds(31));
        await RotateAsync(own);
        var later = (await own.RageFrameLoginAsync("keys")).Data().Text("access_token");
        Assert.NotEqual(Jwt.Header(token).Text("kid"), Jwt.Header(later).Text("kid"));
        Assert.Equal(200, (await CallAsync(resource, "/orders", ("x-api-key", later))).Status);
    }

    [Fact]
    public async Task A_server_that_is_away_is_nobodys_fault_and_lets_nobody_in()
    {
        var fetches = new Fetches { Away = true };
        var person = await PersonAsync();
        foreach (var (api, fault) in new[]
        {
            ("cloudmind", (500, """{"code":500,"msg":"服务器繁忙，请稍后再试"}""")),
            ("nlecloud", (200, """{"ResultObj":null,"Status":2,"StatusCode":500,"Msg":"服务器繁忙，请稍后再试","ErrorObj":null}""")),
            ("rageframe", (200, """{"code":500,"message":"Internal Server Error","data":"内部服务器错误,请联系管理员"}""")),
        })
        {
            await using var resource = await ResourceAsync(api, handler: fetches);
            fetches.Away = true;
            Assert.Equal(fault, Seen(await CallAsync(resource, "/orders", (Place(api), person[api]))));
            Assert.Equal(Refusal(api), Seen(await CallAsync(resource, "/orders")));
            fetches.Away = false;
            host.Clock.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(200, (await CallAsync(resource, "/orders", (Place(api), person[api]))).Status);

            // Keys that are there outlast a server that is not.
            fetches.Away = true;
            host.Clock.Advance(TimeSpan.FromHours(2));
            Assert.Equal(200, (await CallAsync(resource, "/orders", (Place(api), person[api]))).Status);
            fetches.Away = false;
        }
    }

    [Fact]
    public async Task With_introspection_what_has_ended_is_refused_at_once()
    {
        var fetches = new Fetches();
        await using var knowing = await ResourceAsync("rageframe", handler: fetches, configure: options => options.Introspection = new("watcher", IdentityHost.Secret));
        await using var unknowing = await ResourceAsync("rageframe");
        var name = $"p{Guid.NewGuid():N}";
        await host.AddAccountAsync(new() { UserName = name });
        var first = (await host.RageFrameLoginAsync(name)).Data().Text("access_token");
        Assert.Equal(200, (await CallAsync(knowing, "/orders", ("x-api-key", first))).Status);
        Assert.NotEqual(Refusal("rageframe"), Seen(await CallAsync(knowing, "/orders", ("x-api-key", first))));

        var second = (await host.RageFrameLoginAsync(name)).Data().Text("access_token");
        Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(knowing, "/orders", ("x-api-key", first))));
        Assert.NotEqual(Refusal("rageframe"), Seen(await CallAsync(knowing, "/orders", ("x-api-key", second))));
        Assert.NotEqual(Refusal("rageframe"), Seen(await CallAsync(unknowing, "/orders", ("x-api-key", first))));

        // Nobody is let in unasked.
        fetches.Away = true;
        Assert.Equal(500, (await CallAsync(knowing, "/orders", ("x-api-key", second))).Json.Number("code"));
        fetches.Away = false;
        await using var wrong = await ResourceAsync("rageframe", configure: options => options.Introspection = new("watcher", "wrong"));
        Assert.Equal(500, (await CallAsync(wrong, "/orders", ("x-api-key", second))).Json.Number("code"));
    }

    [Fact]
    public async Task Another_servers_tokens_are_refused()
    {
        await using var other = new IdentityHost();
        await other.InitializeAsync();
        await other.AddAccountAsync(new() { UserName = "stranger" });
        var token = (await other.RageFrameLoginAsync("stranger")).Data().Text("access_token");
        await using var resource = await ResourceAsync("rageframe");
        Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(resource, "/orders", ("x-api-key", token))));
        // And metadata that names another issuer is not believed.
        await using var misled = await ResourceAsync("rageframe", configure: options => options.MetadataAddress = $"{other.Issuer}/.well-known/openid-configuration");
        Assert.Equal(500, (await CallAsync(misled, "/orders", ("x-api-key", token))).Json.Number("code"));
    }

    [Fact]
    public async Task Switches_of_the_query_hold()
    {
        var person = await PersonAsync();
        await using var nleCloud = await ResourceAsync("nlecloud", configure: options => options.AccessTokenInQuery = true);
        Assert.NotEqual(Refusal("nlecloud"), Seen(await CallAsync(nleCloud, "/orders", ("?AccessToken", person["nlecloud"]))));
        await using var rageFrame = await ResourceAsync("rageframe", configure: options => options.AccessTokenInQuery = false);
        Assert.Equal(Refusal("rageframe"), Seen(await CallAsync(rageFrame, "/orders", ("?access-token", person["rageframe"]))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("id.example")]
    [InlineData("https://id.example/")]
    [InlineData("http://id.example")]
    public async Task A_wrong_authority_stops_the_first_request(string authority)
    {
        await using var resource = await ResourceAsync("rageframe", configure: options => options.Authority = authority);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(resource, "/orders", ("x-api-key", "x")));
    }

    [Fact]
    public void There_are_three_APIs() => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddAuthentication().AddCloudMindLegacyToken("other", _ => { }));

    private static string Place(string api) => api switch { "cloudmind" => "Authorization", "nlecloud" => "AccessToken", _ => "x-api-key" };

    private static (int Status, string Body) Refusal(string api) => api switch { "cloudmind" => (401, ""), "nlecloud" => (200, NleCloud401), _ => (200, RageFrame401) };

    private static (int Status, string Body) Seen(Answer answer) => (answer.Status, answer.Body);

    private static string WithKey(string token, string kid)
    {
        var header = $$"""{"alg":"ES256","kid":"{{kid}}","typ":"at+jwt"}""";
        return $"{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(header))}.{token.Split('.', 2)[1]}";
    }

    private static async Task RotateAsync(IdentityHost own)
    {
        // An operator's emergency: all keys are gone, and the new one has no time to be announced.
        await own.SqlAsync($"DELETE FROM signing_keys");
        await own.Services.GetRequiredService<SigningKeys>().RotateAsync(CancellationToken.None);
    }

    private static async Task<Answer> CallAsync(WebApplication resource, string path, params (string Place, string Value)[] carried)
    {
        var query = string.Join('&', carried.Where(one => one.Place.StartsWith('?')).Select(one => $"{one.Place[1..]}={Uri.EscapeDataString(one.Value)}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?{query}");
        foreach (var (place, value) in carried.Where(one => !one.Place.StartsWith('?')))
        {
            request.Headers.TryAddWithoutValidation(place, value);
        }

        using var client = resource.GetTestClient();
        using var response = await client.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    private static async Task<Dictionary<string, string>> TokensAsync(IdentityHost own, string name) => new()
    {
        ["cloudmind"] = (await own.CloudMindLoginAsync($"{name}@example.com")).Text("accessToken"),
        ["nlecloud"] = (await own.NleCloudLoginAsync(name)).Data().Text("AccessToken"),
        ["rageframe"] = (await own.RageFrameLoginAsync(name)).Data().Text("access_token"),
        ["web"] = (await own.SignInAsync("web", name)).AccessToken,
    };

    private async Task<Dictionary<string, string>> PersonAsync()
    {
        var name = $"p{Guid.NewGuid():N}";
        await host.AddAccountAsync(new() { UserName = name, Email = $"{name}@example.com", EmailVerified = true });
        return await TokensAsync(host, name);
    }

    private async Task<WebApplication> ResourceAsync(string api, IdentityHost? of = null, HttpMessageHandler? handler = null, Action<LegacyTokenOptions>? configure = null)
    {
        var server = of ?? host;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(server.Clock);
        // The one line of a real resource API ends after the authority.
        builder.Services.AddAuthentication().AddCloudMindLegacyToken(api, options =>
        {
            options.Authority = server.Issuer;
            options.BackchannelHandler = handler;
            configure?.Invoke(options);
        });
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/orders", (ClaimsPrincipal who) => $"{who.FindFirstValue(LegacyTokenClaims.Number)} {who.Identity!.Name} {who.FindFirstValue("client_id")} {string.Join(' ', who.FindAll("scope").Select(scope => scope.Value))}").RequireAuthorization();
        app.MapGet("/never", () => "never").RequireAuthorization(policy => policy.RequireClaim("role", "nobody"));
        app.MapGet("/open", () => "anybody");
        await app.StartAsync();
        return app;
    }

    private sealed class AudienceHost : IdentityHost
    {
        protected override System.Text.Json.Nodes.JsonArray Clients =>
        [
            new System.Text.Json.Nodes.JsonObject { ["client_id"] = "partner", ["client_secret"] = Secret, ["grant_types"] = new System.Text.Json.Nodes.JsonArray("password"), ["scope"] = "openid rageframe", ["first_party"] = true },
        ];
    }

    /// <summary>The way from the resource API to the server, watched and sometimes cut.</summary>
    private sealed class Fetches : DelegatingHandler
    {
        public Fetches()
            : base(new SocketsHttpHandler())
        {
        }

        public bool Away { get; set; }

        public ConcurrentQueue<string> Paths { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Enqueue(request.RequestUri!.AbsolutePath);
            return Away ? throw new HttpRequestException("away", null, HttpStatusCode.ServiceUnavailable) : base.SendAsync(request, cancellationToken);
        }
    }
}
