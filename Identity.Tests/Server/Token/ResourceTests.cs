using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Token;

public sealed class ResourceTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Rfc8707_2_2_a_refresh_narrows_resources_and_never_widens_them()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "resource" });
        var tokens = await host.SignInAsync("web", "resource", scope: "openid api");
        var strange = await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), ("resource", "https://elsewhere.example"));
        Assert.Equal("invalid_target", strange.Text("error"));
        // Another client learns nothing but that the token is not its own.
        var foreign = await host.TokenAsync("other", ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), ("resource", "https://elsewhere.example"));
        Assert.Equal("invalid_grant", foreign.Text("error"));
        // The refusals used up nothing.
        var narrowed = await host.TokenAsync("web", ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), ("resource", "https://api.example"));
        Assert.Equal([host.Issuer, "https://api.example"], Jwt.Payload(narrowed.AccessToken).GetProperty("aud").EnumerateArray().Select(one => one.GetString()));
    }
}
