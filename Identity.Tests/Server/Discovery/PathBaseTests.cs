using Identity.Tests.Support;

namespace Identity.Tests.Server.Discovery;

/// <summary>An issuer with a path: RFC 8414 §3.1 puts the metadata in front of the path, OpenID Connect Discovery §4 behind it.</summary>
public sealed class PathBaseTests(PathBaseTests.Host host) : IClassFixture<PathBaseTests.Host>
{
    [Theory]
    [InlineData("/.well-known/oauth-authorization-server/login/v2")]
    [InlineData("/.well-known/openid-configuration/login/v2")]
    [InlineData("/login/v2/.well-known/openid-configuration")]
    [InlineData("/login/v2/.well-known/oauth-authorization-server")]
    public async Task Metadata_is_served_at_both_places(string place)
    {
        var answer = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, place));
        Assert.Equal(200, answer.Status);
        Assert.Equal("https://id.example/login/v2", answer.Text("issuer"));
        Assert.Equal("https://id.example/login/v2/connect/token", answer.Text("token_endpoint"));
    }

    [Theory]
    [InlineData("/login/v2/connect/token")]
    [InlineData("/connect/token")]
    public async Task Endpoints_answer_behind_the_path_and_for_proxies_that_cut_it_off_without_it(string place)
    {
        var answer = await host.PostAsync(place, "web", ("grant_type", "client_credentials"));
        Assert.Equal("https://id.example/login/v2", Jwt.Payload(answer.AccessToken).GetProperty("iss").GetString());
    }

    public sealed class Host : IdentityHost
    {
        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example/login/v2"];
    }
}
