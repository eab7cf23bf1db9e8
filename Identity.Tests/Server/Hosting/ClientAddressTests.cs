using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Hosting;

/// <summary>Whose address counts, seen through the audit log and the throttle.</summary>
public sealed class ClientAddressTests(ProxiedHost host) : IClassFixture<ProxiedHost>
{
    [Theory]
    [InlineData("203.0.113.1", "203.0.113.1")]
    [InlineData("198.51.100.9, 203.0.113.2", "203.0.113.2")]
    [InlineData("203.0.113.3, 10.1.2.3", "203.0.113.3")]
    [InlineData("198.51.100.9, 203.0.113.4, 10.1.2.3, 10.9.9.9", "203.0.113.4")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8::5", "2001:db8::5")]
    [InlineData("2001:db8::6, fd00::1", "2001:db8::6")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.8:1234", "203.0.113.8")]
    [InlineData("[2001:db8::9]:1234", "2001:db8::9")]
    [InlineData("nonsense", "127.0.0.1")]
    [InlineData("198.51.100.9, nonsense, 10.1.2.3", "10.1.2.3")]
    [InlineData("", "127.0.0.1")]
    public async Task The_rightmost_hop_that_is_no_known_proxy_is_the_client(string forwardedFor, string client)
    {
        var before = host.Log.Lines.Count;
        await host.SignInFromAsync(forwardedFor, $"somebody-{Guid(forwardedFor)}", "wrong");
        Assert.Contains(host.Log.Lines.Skip(before), line => line.Event.Id == 2002 && line.Text.StartsWith($"Sign-in by password refused from {client}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_addresses_of_one_64_network_are_one_client()
    {
        await host.AddAccountAsync(new NewAccount { UserName = "sixty-four" });
        for (var i = 0; i < 100; i++)
        {
            await host.SignInFromAsync($"2001:db8:64:1:{i:x}::{i:x}", $"sprayed-{i}", "wrong");
        }

        Assert.Equal(400, (await host.SignInFromAsync("2001:db8:64:1:ffff::1", "sixty-four", "correct horse battery")).Status);
        Assert.Equal(200, (await host.SignInFromAsync("2001:db8:64:2::1", "sixty-four", "correct horse battery")).Status);
    }

    [Fact]
    public async Task A_header_from_an_unknown_peer_is_ignored_and_warned_about_once()
    {
        await using var open = new IdentityHost();
        await open.InitializeAsync();
        Assert.DoesNotContain(open.Log.Lines, line => line.Event.Id == 1101);
        for (var i = 0; i < 3; i++)
        {
            await open.SignInFromAsync($"203.0.113.{i}", "somebody", "wrong");
        }

        Assert.Equal(3, open.Log.Lines.Count(line => line.Event.Id == 2002 && line.Text.StartsWith("Sign-in by password refused from 127.0.0.1: ", StringComparison.Ordinal)));
        Assert.Equal("A forwarded header from 127.0.0.1 was ignored: the peer is not one of Hosting:KnownProxies. This is said once.", Assert.Single(open.Log.Lines, line => line.Event.Id == 1101).Text.Trim());
    }

    [Fact]
    public async Task A_known_proxy_is_not_warned_about()
    {
        await using var behind = new ProxiedHost();
        await behind.InitializeAsync();
        await behind.SignInFromAsync("203.0.113.1", "somebody-known", "wrong");
        Assert.DoesNotContain(behind.Log.Lines, line => line.Event.Id == 1101);
    }

    [Fact]
    public async Task The_scheme_comes_from_a_known_proxy_and_the_host_never()
    {
        var behind = await host.GetAsync("/.well-known/openid-configuration", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"));
        Assert.Equal($"https://{host.Address.Authority}", behind.Text("issuer"));
        await using var open = new IdentityHost();
        await open.InitializeAsync();
        var direct = await open.GetAsync("/.well-known/openid-configuration", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"));
        Assert.Equal(open.Issuer, direct.Text("issuer"));
    }

    // A name that differs for each row, so that no row meets another's failures.
    private static string Guid(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..12];
}
