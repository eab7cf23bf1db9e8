using System.Net.Http.Json;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Hosting;

public sealed class ProductionTests(ProductionTests.Production host) : IClassFixture<ProductionTests.Production>
{
    private const string HttpsOnly = """{"error":"invalid_request","error_description":"This server answers over https only."}""";

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/connect/userinfo")]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/revoke")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/jwks")]
    [InlineData("/nowhere")]
    public async Task Over_plain_http_the_protocol_refuses(string path)
    {
        (await host.GetAsync(path)).IsRefusal(400, HttpsOnly);
        (await host.PostRawAsync(path, "grant_type=client_credentials", authorization: RawRequest.Basic("web"))).IsRefusal(400, HttpsOnly);
    }

    [Fact]
    public async Task Over_plain_http_the_legacy_routes_answer()
    {
        await host.AddAccountAsync(new NewAccount { Email = "legacy@example.com", EmailVerified = true });
        var answer = await host.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/usercenter/v1/login/EmailLogin") { Content = JsonContent.Create(new { email = "legacy@example.com", passWord = "correct horse battery" }) });
        Assert.Equal(200, answer.Status);
        Assert.NotEmpty(answer.Text("accessToken"));
    }

    [Fact]
    public async Task Behind_a_known_proxy_that_speaks_https_the_protocol_answers_under_its_configured_name()
    {
        var answer = await host.GetAsync("/.well-known/openid-configuration", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"));
        Assert.Equal((200, "https://id.example", "https://id.example/connect/token"), (answer.Status, answer.Text("issuer"), answer.Text("token_endpoint")));
    }

    [Fact]
    public async Task There_is_no_demo_client_and_no_legacy_client_that_was_not_enabled()
    {
        var clients = await host.ReadAsync(db => db.Clients.AsNoTracking().Select(row => row.ClientId).ToListAsync());
        Assert.Equal("app cloudmind https://api.example other post tv watcher web", string.Join(' ', clients.Order(StringComparer.Ordinal)));
        var answer = await host.PostRawAsync("/Users/Login", "Account=a&Password=b");
        Assert.Contains("410", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowInsecureHttp_opens_the_protocol()
    {
        await using var open = new Insecure();
        await open.InitializeAsync();
        var answer = await open.TokenAsync("web", ("grant_type", "client_credentials"));
        Assert.Equal((200, "http://id.example"), (answer.Status, Jwt.Payload(answer.AccessToken).GetProperty("iss").GetString()));
    }

    public class Production : IdentityHost
    {
        protected override string Environment => "Production";

        protected override IEnumerable<string> Settings =>
            ["--Issuer=https://id.example", "--Accounts:PasswordIterations=100000", "--Compat:CloudMind:Enabled=true", "--Hosting:KnownProxies:0=127.0.0.1"];
    }

    private sealed class Insecure : Production
    {
        protected override IEnumerable<string> Settings => [.. base.Settings, "--Issuer=http://id.example", "--Hosting:AllowInsecureHttp=true"];
    }
}
