using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Conformance;

/// <summary>OpenID Connect Core 1.0: id_tokens, held against a verifier that is not ours, and userinfo.</summary>
public sealed class OidcCore(OidcCore.Host host) : IClassFixture<OidcCore.Host>
{
    private const string Address = """{"formatted":"一号\n北京","country":"中国"}""";

    [Theory]
    [InlineData("web", "RS256")]
    [InlineData("elliptic", "ES256")]
    public async Task Core_3_1_3_7_an_independent_verifier_believes_the_id_token(string client, string algorithm)
    {
        var account = await AddAsync("verifier-" + client);
        var tokens = await host.SignInAsync(client, "verifier-" + client, scope: "openid");
        var configuration = await ConfigurationAsync();
        var now = host.Clock.GetUtcNow();
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.Text("id_token"), new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = client,
            ValidTypes = ["JWT"],
            ValidAlgorithms = [algorithm],
            IssuerSigningKeys = configuration.SigningKeys,
            TryAllIssuerSigningKeys = false,
            LifetimeValidator = (notBefore, expires, _, _) => expires == now.UtcDateTime.AddHours(1),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(account, result.ClaimsIdentity.FindFirst("sub")!.Value);
        // And its own rules of OpenID Connect: at_hash among them.
        new OpenIdConnectProtocolValidator { RequireNonce = false, RequireState = false, RequireStateValidation = false }.ValidateTokenResponse(new OpenIdConnectProtocolValidationContext
        {
            ClientId = client,
            ProtocolMessage = new OpenIdConnectMessage(tokens.Body),
            ValidatedIdToken = new System.IdentityModel.Tokens.Jwt.JwtSecurityToken(tokens.Text("id_token")),
        });
    }

    [Fact]
    public async Task Core_2_the_id_token_has_these_claims_and_no_others()
    {
        var subject = await AddAsync("claims");
        var tokens = await host.SignInAsync("web", "claims", scope: "openid profile email");
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.AccessToken)).AsSpan(0, 16));
        Assert.Equal(
            $$"""{"iss":"{{host.Issuer}}","sub":"{{subject}}","aud":"web","iat":{{now}},"exp":{{now + 3600}},"auth_time":{{now}},"acr":"urn:cloudmind:acr:password","amr":["pwd"],"at_hash":"{{hash}}"}""",
            Jwt.Payload(tokens.Text("id_token")).GetRawText());
        Assert.Equal("JWT", Jwt.Header(tokens.Text("id_token")).GetProperty("typ").GetString());
    }

    [Fact]
    public async Task Core_3_1_2_1_without_openid_there_is_no_id_token()
    {
        await AddAsync("no-openid");
        Assert.False((await host.SignInAsync("web", "no-openid", scope: "profile")).Json.TryGetProperty("id_token", out _));
    }

    [Fact]
    public async Task Core_12_2_a_refreshed_id_token_keeps_issuer_subject_audience_and_auth_time()
    {
        await AddAsync("refreshed");
        var first = await host.SignInAsync("web", "refreshed", scope: "openid");
        var (before, signedIn) = (Jwt.Payload(first.Text("id_token")), host.Clock.GetUtcNow().ToUnixTimeSeconds());
        var token = first.RefreshToken;
        for (var i = 1; i <= 3; i++)
        {
            host.Clock.Advance(TimeSpan.FromHours(7));
            var answer = await host.RefreshAsync("web", token);
            var after = Jwt.Payload(answer.Text("id_token"));
            foreach (var claim in new[] { "iss", "sub", "aud", "amr", "auth_time" })
            {
                Assert.Equal(before.GetProperty(claim).GetRawText(), after.GetProperty(claim).GetRawText());
            }

            Assert.Equal((signedIn, signedIn + (i * 7 * 3600)), (after.GetProperty("auth_time").GetInt64(), after.GetProperty("iat").GetInt64()));
            Assert.Equal(signedIn, Jwt.Payload(answer.AccessToken).GetProperty("auth_time").GetInt64());
            token = answer.RefreshToken;
        }
    }

    [Fact]
    public async Task Core_12_2_a_refresh_narrowed_below_openid_has_no_id_token()
    {
        await AddAsync("narrowed");
        var first = await host.SignInAsync("web", "narrowed", scope: "openid profile");
        var narrow = await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", first.RefreshToken), ("scope", "profile"));
        Assert.False(narrow.Json.TryGetProperty("id_token", out _));
    }

    public static TheoryData<string, string> Scopes => new()
    {
        { "openid", "" },
        { "openid email", "\"email\":\"All@Example.com\",\"email_verified\":true" },
        { "openid phone", "\"phone_number\":\"+8613800138111\",\"phone_number_verified\":false" },
        { "openid address", "\"address\":" + Address },
        {
            "openid profile",
            """
            "name":"李雷 <b>","family_name":"李","given_name":"雷","middle_name":"M","nickname":"lei","preferred_username":"Everything","profile":"https://p.example/1","picture":"https://p.example/1.png","website":"https://w.example","gender":"male","birthdate":"1990-01-02","zoneinfo":"Asia/Shanghai","locale":"zh-CN","updated_at":1893456000
            """
        },
        { "openid custom", "\"nickname\":\"lei\",\"email\":\"All@Example.com\"" },
        { "openid custom email", "\"nickname\":\"lei\",\"email\":\"All@Example.com\",\"email_verified\":true" },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task Core_5_4_each_scope_releases_its_claims(string scope, string claims)
    {
        var tokens = await host.SignInAsync("web", "everything", scope: scope);
        var expected = $$"""{"sub":"{{host.Everything}}"{{(claims.Length > 0 ? "," : "")}}{{claims}}}""";
        Assert.Equal(expected, (await host.UserInfoAsync(tokens.AccessToken)).Body);
    }

    [Fact]
    public async Task Core_5_3_2_a_claim_without_a_value_is_left_out()
    {
        var account = await host.AddAccountAsync(new NewAccount { PhoneNumber = "13800138222", PhoneNumberVerified = true, Nickname = "n" });
        var tokens = await host.SignInAsync("web", "13800138222", scope: "openid profile email phone address");
        Assert.Equal(
            $$"""{"sub":"{{account.Subject}}","nickname":"n","updated_at":{{account.UpdatedAt.ToUnixTimeSeconds()}},"phone_number":"+8613800138222","phone_number_verified":true}""",
            (await host.UserInfoAsync(tokens.AccessToken)).Body);
    }

    [Fact]
    public async Task Core_5_3_2_the_subject_is_the_id_token_s()
    {
        await AddAsync("same-subject");
        var tokens = await host.SignInAsync("web", "same-subject");
        Assert.Equal(Jwt.Payload(tokens.Text("id_token")).GetProperty("sub").GetString(), (await host.UserInfoAsync(tokens.AccessToken)).Text("sub"));
    }

    [Fact]
    public async Task Core_8_a_subject_is_stable_opaque_and_never_a_client_s()
    {
        var subject = await AddAsync("stable");
        Assert.Matches("^u_[A-Za-z0-9_-]{22}$", subject);
        foreach (var client in new[] { "web", "post", "elliptic" })
        {
            Assert.Equal(subject, Jwt.Payload((await host.SignInAsync(client, "stable", scope: "openid")).AccessToken).GetProperty("sub").GetString());
        }
    }

    [Fact]
    public async Task Core_5_3_1_userinfo_answers_GET_and_POST_alike()
    {
        await AddAsync("post");
        var token = (await host.SignInAsync("web", "post")).AccessToken;
        Assert.Equal((await host.UserInfoAsync(token)).Body, (await host.PostRawAsync("/connect/userinfo", $"access_token={token}")).Body);
    }

    [Fact]
    public async Task What_is_given_at_userinfo_is_the_account_of_now()
    {
        await AddAsync("now");
        var token = (await host.SignInAsync("web", "now")).AccessToken;
        var before = (await host.UserInfoAsync(token)).Json;
        Assert.False(before.TryGetProperty("name", out _));
        await host.RenameAsync("now", "A \"new\" name \\ \u2028 😀");
        Assert.Equal("A \"new\" name \\ \u2028 😀", (await host.UserInfoAsync(token)).Text("name"));
    }

    private async Task<string> AddAsync(string name) => (await host.AddAccountAsync(new NewAccount { UserName = name })).Subject;

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync() => await OpenIdConnectConfigurationRetriever.GetAsync(
        $"{host.Issuer}/.well-known/openid-configuration", new HttpDocumentRetriever(host.BackChannel) { RequireHttps = false }, CancellationToken.None);

    public sealed class Host : IdentityHost
    {
        public string? Everything { get; private set; }

        protected override IEnumerable<string> Settings => ["--Scopes:0:name=api", "--Scopes:1:name=custom", "--Scopes:1:claims:0=nickname", "--Scopes:1:claims:1=email"];

        protected override JsonArray Clients
        {
            get
            {
                var clients = base.Clients;
                clients[0]!["scope"] = "openid profile email phone address offline_access api custom";
                clients.Add(new JsonObject { ["client_id"] = "elliptic", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("password"), ["scope"] = "openid", ["first_party"] = true, ["id_token_signed_response_alg"] = "ES256" });
                return clients;
            }
        }

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Everything = (await AddAccountAsync(Full)).Subject;
        }

        private static NewAccount Full => new()
        {
            UserName = "Everything",
            Email = "All@Example.com",
            EmailVerified = true,
            PhoneNumber = "13800138111",
            Name = "李雷 <b>",
            FamilyName = "李",
            GivenName = "雷",
            MiddleName = "M",
            Nickname = "lei",
            Profile = "https://p.example/1",
            Picture = "https://p.example/1.png",
            Website = "https://w.example",
            Gender = "male",
            Birthdate = "1990-01-02",
            Zoneinfo = "Asia/Shanghai",
            Locale = "zh-CN",
            Address = JsonElement.Parse(OidcCore.Address),
        };

        public Task RenameAsync(string userName, string name) => this.WriteAsync(db => Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ExecuteUpdateAsync(
            db.Accounts.Where(account => account.UserName == userName), set => set.SetProperty(account => account.Name, name)));
    }
}
