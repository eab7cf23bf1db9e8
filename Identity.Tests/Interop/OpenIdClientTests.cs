using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Interop;

/// <summary>Client libraries under node that nobody here wrote drive the server: the certified <c>openid-client</c>, and <c>oauth4webapi</c> call by call.</summary>
public sealed class OpenIdClientTests(RelyingPartyHost host) : IClassFixture<RelyingPartyHost>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_strangers_client_library_works_with_this_server()
    {
        Node.Need("openid-client");
        await AddAsync("stranger");
        var output = await Node.RunAsync("openid-client.mjs", host.Issuer, ("USER_NAME", "stranger"), ("PASSWORD", Password), ("SECRET", IdentityHost.Secret));
        Assert.Contains("ok is refused in words that the library understands", output, StringComparison.Ordinal);
    }

    [Fact]
    public Task Openid_client_walks_the_code_flow_with_pushed_requests_and_assertions() => WalkAsync("openid-client", "openid-client-code.mjs");

    [Fact]
    public Task Oauth4webapi_walks_the_code_flow_and_checks_everything_it_can() => WalkAsync("oauth4webapi", "oauth4webapi.mjs");

    [Fact]
    public Task Openid_client_walks_the_fapi_profile() => WalkAsync("openid-client", "openid-client-fapi.mjs");

    [Fact]
    public Task Oauth4webapi_walks_the_fapi_profile_with_nonces() => WalkAsync("oauth4webapi", "oauth4webapi-fapi.mjs");

    [Fact]
    public Task Openid_client_is_a_device_that_is_let_in() => WalkAsync("openid-client", "openid-client-device.mjs");

    [Fact]
    public Task Oauth4webapi_is_a_device_that_is_let_in() => WalkAsync("oauth4webapi", "oauth4webapi-device.mjs");

    private async Task WalkAsync(string package, string script)
    {
        Node.Need(package);
        var person = Path.GetFileNameWithoutExtension(script);
        await AddAsync(person);
        var output = await Node.RunAsync(script, host.Issuer, ("USER_NAME", person), ("PASSWORD", Password), ("KEY", host.SigningClient.PrivateJwk().ToJsonString()));
        Assert.Contains("ok signs out", output, StringComparison.Ordinal);
    }

    private Task<Identity.Server.Data.Account> AddAsync(string name) => host.AddAccountAsync(new NewAccount { UserName = name, Email = $"{name}@example.com", EmailVerified = true });
}
