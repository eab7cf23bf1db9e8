using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>How clients of each old API carry their token, at userinfo: each way for that API's own tokens and for no others.</summary>
public sealed class TransportTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    private static readonly string[] Apis = ["cloudmind", "nlecloud", "rageframe", "web"];

    [Theory]
    [InlineData("Authorization", "", "cloudmind")]
    [InlineData("AccessToken", "", "nlecloud")]
    [InlineData("accesstoken", "", "nlecloud")]
    [InlineData("x-api-key", "", "rageframe")]
    [InlineData("X-Api-Key", "", "rageframe")]
    [InlineData("?access-token", "", "rageframe")]
    [InlineData("?Access-Token", "", "rageframe")]
    [InlineData("?AccessToken", "", "")]
    [InlineData("?access_token", "", "")]
    [InlineData("Token", "", "")]
    [InlineData("Authorization", "Bearer ", "cloudmind nlecloud rageframe web")]
    [InlineData("Authorization", "bearer ", "cloudmind nlecloud rageframe web")]
    [InlineData("Authorization", "Basic ", "")]
    [InlineData("AccessToken", "Bearer ", "")]
    [InlineData("x-api-key", "Bearer ", "")]
    public async Task Each_way_is_good_for_its_own_APIs_tokens(string place, string prefix, string good)
    {
        var tokens = await TokensAsync();
        foreach (var api in Apis)
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                var answer = await SendAsync(method, (place, prefix + tokens[api]));
                Assert.Equal((api, good.Split(' ').Contains(api) ? 200 : 401), (api, answer.Status));
            }
        }
    }

    [Fact]
    public async Task Userinfo_answers_each_with_the_persons_claims()
    {
        var tokens = await TokensAsync();
        Answer[] answers =
        [
            await SendAsync(HttpMethod.Get, ("Authorization", tokens["cloudmind"])), await SendAsync(HttpMethod.Get, ("AccessToken", tokens["nlecloud"])),
            await SendAsync(HttpMethod.Get, ("x-api-key", tokens["rageframe"])), await SendAsync(HttpMethod.Get, ("?access-token", tokens["rageframe"])),
        ];
        Assert.Single(answers.Select(answer => answer.Body).Distinct());
        Assert.Equal(tokens["name"], answers[0].Text("preferred_username"));
    }

    [Fact]
    public async Task A_standard_token_is_what_counts_whatever_stands_beside_it()
    {
        var (one, two) = (await TokensAsync(), await TokensAsync());
        var answer = await SendAsync(HttpMethod.Get, ("Authorization", $"Bearer {one["web"]}"), ("AccessToken", two["nlecloud"]), ("x-api-key", two["rageframe"]), ("?access-token", two["rageframe"]));
        Assert.Equal((200, one["name"]), (answer.Status, answer.Text("preferred_username")));
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, ("Authorization", "Bearer bogus"), ("AccessToken", two["nlecloud"]))).Status);
    }

    [Fact]
    public async Task What_is_empty_was_not_sent()
    {
        var tokens = await TokensAsync();
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, ("x-api-key", ""), ("AccessToken", " "), ("?access-token", tokens["rageframe"]))).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, ("x-api-key", "null"), ("?access-token", tokens["rageframe"]))).Status);
        foreach (var nothing in new[] { "", "null" })
        {
            var answer = await SendAsync(HttpMethod.Get, ("x-api-key", nothing), ("?access-token", nothing), ("Authorization", ""));
            Assert.Equal((401, "Bearer, DPoP algs=\"ES256 PS256\""), (answer.Status, answer.Headers["WWW-Authenticate"]));
        }
    }

    [Fact]
    public async Task RageFrames_query_can_be_shut()
    {
        await using var own = new ShutHost();
        await own.InitializeAsync();
        await own.AddAccountAsync(new() { UserName = "shut" });
        var token = (await own.RageFrameLoginAsync("shut")).Data().Text("access_token");
        Assert.Equal(401, (await own.GetAsync($"/connect/userinfo?access-token={token}")).Status);
        var nleCloud = (await own.NleCloudLoginAsync("shut")).Data().Text("AccessToken");
        Assert.Equal(200, (await own.GetAsync($"/connect/userinfo?AccessToken={nleCloud}")).Status);
        Assert.Equal(401, (await own.GetAsync($"/connect/userinfo?AccessToken={token}")).Status);
    }

    [Fact]
    public async Task A_session_that_a_later_login_ended_is_over_however_its_token_is_carried()
    {
        var tokens = await TokensAsync();
        await host.RageFrameLoginAsync(tokens["name"]);
        foreach (var (place, prefix) in new[] { ("x-api-key", ""), ("?access-token", ""), ("Authorization", "Bearer ") })
        {
            Assert.Equal(401, (await SendAsync(HttpMethod.Get, (place, prefix + tokens["rageframe"]))).Status);
        }

        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", tokens["rageframe"])).Body);
    }

    private async Task<Dictionary<string, string>> TokensAsync()
    {
        var name = $"p{Guid.NewGuid():N}";
        await host.AddAccountAsync(new() { UserName = name, Email = $"{name}@example.com", EmailVerified = true });
        return new()
        {
            ["name"] = name,
            ["cloudmind"] = (await host.CloudMindLoginAsync($"{name}@example.com")).Text("accessToken"),
            ["nlecloud"] = (await host.NleCloudLoginAsync(name)).Data().Text("AccessToken"),
            ["rageframe"] = (await host.RageFrameLoginAsync(name)).Data().Text("access_token"),
            ["web"] = (await host.SignInAsync("web", name, scope: "openid profile email phone address")).AccessToken,
        };
    }

    private Task<Answer> SendAsync(HttpMethod method, params (string Place, string Value)[] carried)
    {
        var query = string.Join('&', carried.Where(one => one.Place.StartsWith('?')).Select(one => $"{one.Place[1..]}={Uri.EscapeDataString(one.Value)}"));
        var request = new HttpRequestMessage(method, $"/connect/userinfo?{query}");
        foreach (var (place, value) in carried.Where(one => !one.Place.StartsWith('?')))
        {
            request.Headers.TryAddWithoutValidation(place, value);
        }

        return host.SendAsync(request);
    }

    private sealed class ShutHost : IdentityHost
    {
        protected override IEnumerable<string> Settings => ["--Compat:RageFrame:AccessTokenInQuery=false", "--Compat:NleCloud:AccessTokenInQuery=true"];
    }
}
