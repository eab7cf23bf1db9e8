using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>JWT access tokens, RFC 9068.</summary>
public sealed class Rfc9068(Rfc9068.Host host) : IClassFixture<Rfc9068.Host>
{
    [Fact]
    public async Task Rfc9068_2_1_the_header_says_what_it_is()
    {
        var header = Jwt.Header((await SignInAsync("header", "openid")).AccessToken);
        var published = (await host.GetAsync("/.well-known/jwks")).Json.GetProperty("keys").EnumerateArray();
        var kid = published.Single(key => key.GetProperty("alg").ValueEquals("ES256")).GetProperty("kid").GetString();
        Assert.Equal($$"""{"alg":"ES256","kid":"{{kid}}","typ":"at+jwt"}""", header.GetRawText());
    }

    [Fact]
    public async Task Rfc9068_2_2_the_claims_of_a_person_s_token()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "claims", Email = "claims@example.com", EmailVerified = true, Name = "A Name" });
        var payload = Jwt.Payload((await host.SignInAsync("web", "claims", scope: "openid email api")).AccessToken);
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var jti = payload.GetProperty("jti").GetString();
        Assert.Equal(
            $$"""{"iss":"{{host.Issuer}}","sub":"{{account.Subject}}","aud":["{{host.Issuer}}","https://api.example"],"client_id":"web","iat":{{now}},"exp":{{now + 3600}},"jti":"{{jti}}","scope":"openid email api","auth_time":{{now}},"acr":"urn:cloudmind:acr:password","amr":["pwd"]}""",
            payload.GetRawText());
    }

    [Fact]
    public async Task Rfc9068_2_2_without_a_person_the_subject_is_the_client()
    {
        var payload = Jwt.Payload((await host.TokenAsync("web", ("grant_type", "client_credentials"))).AccessToken);
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(
            $$"""{"iss":"{{host.Issuer}}","sub":"web","aud":["{{host.Issuer}}","https://api.example"],"client_id":"web","iat":{{now}},"exp":{{now + 3600}},"jti":"{{payload.GetProperty("jti").GetString()}}","scope":"api"}""",
            payload.GetRawText());
    }

    [Theory]
    [InlineData("openid", "")]
    [InlineData("openid profile", "")]
    [InlineData("api", " https://api.example")]
    [InlineData("api both", " https://api.example https://second.example")]
    [InlineData("both", " https://api.example https://second.example")]
    [InlineData("lonely", "")]
    public async Task Rfc9068_3_the_audience_is_the_issuer_and_the_resources_of_the_granted_scopes(string scope, string resources)
    {
        await host.AddAccountAsync(new NewAccount { UserName = "aud" + scope.Replace(' ', '-') });
        var aud = Jwt.Payload((await host.SignInAsync("many", "aud" + scope.Replace(' ', '-'), scope: scope)).AccessToken).GetProperty("aud");
        Assert.Equal(host.Issuer + resources, aud.ValueKind == JsonValueKind.String ? aud.GetString() : string.Join(' ', aud.EnumerateArray().Select(one => one.GetString())));
    }

    [Fact]
    public async Task Rfc9068_2_2_no_two_tokens_share_an_id()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "ids" });
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(ids.Add(Jwt.Payload((await host.TokenAsync("web", ("grant_type", "client_credentials"))).AccessToken).GetProperty("jti").GetString()!));
            Assert.True(ids.Add(Jwt.Payload((await host.SignInAsync("web", "ids")).AccessToken).GetProperty("jti").GetString()!));
        }
    }

    [Fact]
    public async Task Rfc9068_2_2_3_1_a_narrowed_refresh_narrows_scope_and_audience()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "narrow" });
        var wide = await host.SignInAsync("web", "narrow", scope: "openid api");
        var narrow = await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", wide.RefreshToken), ("scope", "openid"));
        var payload = Jwt.Payload(narrow.AccessToken);
        Assert.Equal(("openid", host.Issuer), (payload.GetProperty("scope").GetString(), payload.GetProperty("aud").GetString()));
    }

    [Fact]
    public async Task A_client_s_lifetime_is_the_token_s()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "short" });
        var answer = await host.SignInAsync("brief", "short");
        var payload = Jwt.Payload(answer.AccessToken);
        Assert.Equal(90, answer.Json.GetProperty("expires_in").GetInt64());
        Assert.Equal(90, payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64());
        host.Clock.Advance(TimeSpan.FromSeconds(89));
        Assert.Equal(200, (await host.UserInfoAsync(answer.AccessToken)).Status);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await host.UserInfoAsync(answer.AccessToken)).Status);
    }

    [Fact]
    public async Task Rfc9068_4_an_id_token_does_not_pass_for_an_access_token()
    {
        var tokens = await SignInAsync("mixed", "openid");
        Assert.Equal(401, (await host.UserInfoAsync(tokens.Text("id_token"))).Status);
    }

    [Fact]
    public async Task Rfc9068_4_a_token_of_another_issuer_name_is_refused()
    {
        var tokens = await SignInAsync("elsewhere", "openid");
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Host = "other.example";
        request.Headers.Authorization = new("Bearer", tokens.AccessToken);
        Assert.Equal(401, (await host.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("profile email")]
    public async Task Userinfo_refuses_a_token_without_openid(string scope)
    {
        var tokens = await SignInAsync("no-openid-" + scope.Length, scope);
        Assert.Equal(403, (await host.UserInfoAsync(tokens.AccessToken)).Status);
    }

    [Fact]
    public async Task Userinfo_refuses_a_token_without_a_person()
    {
        var token = (await host.TokenAsync("web", ("grant_type", "client_credentials"))).AccessToken;
        Assert.Equal(403, (await host.UserInfoAsync(token)).Status);
    }

    private async Task<Answer> SignInAsync(string name, string scope)
    {
        await host.AddAccountAsync(new NewAccount { UserName = name });
        return await host.SignInAsync("web", name, scope: scope);
    }

    public sealed class Host : IdentityHost
    {
        protected override IEnumerable<string> Settings =>
        [
            "--Scopes:0:name=api", "--Scopes:1:name=both", "--Scopes:2:name=lonely",
            "--Resources:0:name=https://api.example", "--Resources:0:scopes:0=api", "--Resources:0:scopes:1=both",
            "--Resources:1:name=https://second.example", "--Resources:1:scopes:0=both",
        ];

        protected override JsonArray Clients
        {
            get
            {
                var clients = base.Clients;
                clients.Add(new JsonObject { ["client_id"] = "many", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("password"), ["scope"] = "openid profile api both lonely", ["first_party"] = true });
                clients.Add(new JsonObject { ["client_id"] = "brief", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("password"), ["scope"] = "openid", ["first_party"] = true, ["access_token_lifetime"] = "PT90S" });
                return clients;
            }
        }
    }
}
