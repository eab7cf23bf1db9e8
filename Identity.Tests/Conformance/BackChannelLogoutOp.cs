using System.Net;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Conformance;

/// <summary>Plan oidcc-backchannel-rp-initiated-logout-certification-test-plan.</summary>
[Plan("Back-Channel OP")]
public sealed class BackChannelLogoutOp(SuiteHost host) : IClassFixture<SuiteHost>
{
    [Fact, Module("oidcc-backchannel-logout-discovery-endpoint-verification")]
    public async Task The_metadata_says_that_clients_are_told_and_of_which_session()
    {
        await using var https = new HttpsHost();
        await https.InitializeAsync();
        var metadata = (await https.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.True(metadata.GetProperty("backchannel_logout_supported").GetBoolean());
        Assert.True(metadata.GetProperty("backchannel_logout_session_supported").GetBoolean());
        Assert.Equal($"{HttpsHost.Name}/connect/endsession", metadata.GetProperty("end_session_endpoint").GetString());
        HttpsHost.AllAddressesAreHttps(metadata);
    }

    [Fact, Module("oidcc-backchannel-rp-initiated-logout")]
    public async Task A_logout_reaches_the_client_by_the_back_channel_and_the_person_by_the_front()
    {
        host.Outside.Register(SuiteHost.LogoutUri, HttpStatusCode.OK);
        using var suite = await Suite.OfAsync(host, "told");
        var idToken = (await suite.AuthorizeAsync()).Text("id_token");
        var stop = await suite.Browser.OpenAsync(QueryHelpers.AddQueryString(
            "/connect/endsession",
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["id_token_hint"] = idToken, ["post_logout_redirect_uri"] = SuiteHost.PostLogout, ["state"] = "a state" }));
        Assert.Equal($"{SuiteHost.PostLogout}?state=a+state", stop.Left?.AbsoluteUri);
        await host.Services.GetRequiredService<LogoutDelivery>().DeliverAsync(CancellationToken.None);

        var (address, body) = Assert.Single(host.Outside.Calls);
        Assert.Equal(SuiteHost.LogoutUri, address);
        var form = QueryHelpers.ParseQuery(body);
        Assert.Equal(["logout_token"], form.Keys);
        var token = Assert.Single(form["logout_token"]);
        await suite.VerifyAsync(token!, "suite", "logout+jwt");
        // Back-Channel Logout §2.4 and §2.6, member by member; no nonce among them.
        var (claims, asked, now) = (Jwt.Payload(token!), Jwt.Payload(idToken), host.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal("iss sub aud iat exp jti sid events", Suite.Names(claims));
        Assert.Equal((host.Issuer, "suite"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        foreach (var claim in new[] { "iss", "sub", "aud", "sid" })
        {
            Assert.Equal(asked.GetProperty(claim).GetRawText(), claims.GetProperty(claim).GetRawText());
        }

        Assert.Equal((now, now + 120), (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64()));
        Assert.NotEmpty(claims.GetProperty("jti").GetString()!);
        Assert.Equal("""{"http://schemas.openid.net/event/backchannel-logout":{}}""", claims.GetProperty("events").GetRawText());
        // And the algorithm is the id_token's (§2.4).
        Assert.Equal(Jwt.Header(idToken).GetProperty("alg").GetString(), Jwt.Header(token!).GetProperty("alg").GetString());

        Assert.Equal("login_required", (await suite.WalkAsync(suite.Request(("prompt", "none")))).Parameter("error"));
    }
}
