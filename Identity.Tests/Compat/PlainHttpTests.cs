using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>Production behind no TLS: the old clients know nothing else.</summary>
public sealed class PlainHttpTests(PlainHttpTests.ProductionHost host) : IClassFixture<PlainHttpTests.ProductionHost>
{
    [Fact]
    public async Task An_enabled_API_answers_over_plain_http_and_nothing_else_does()
    {
        await host.AddAccountAsync(new() { UserName = "plain" });
        var login = await host.NleCloudLoginAsync("plain");
        Assert.Equal((200, 0), (login.Status, login.Json.Number("Status")));
        Assert.Equal("https://id.example", Jwt.Payload(login.Data().Text("AccessToken")).Text("iss"));

        var refused = await host.SignInAsync("web", "plain");
        Assert.Equal((400, "invalid_request"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task An_API_that_was_not_enabled_is_gone()
    {
        Assert.Equal((410, """{"code":410,"msg":"该接口已停用"}"""), ((await host.CloudMindLoginAsync("a@b.c")).Status, (await host.CloudMindLoginAsync("a@b.c")).Body));
        Assert.Equal(410, (await host.RageFrameLoginAsync("a")).Json.Number("code"));
    }

    public sealed class ProductionHost : IdentityHost
    {
        protected override string Environment => "Production";

        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example", "--Accounts:PasswordIterations=100000", "--Compat:NleCloud:Enabled=true"];
    }
}
