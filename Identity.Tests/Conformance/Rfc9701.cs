using Identity.Tests.Support;

namespace Identity.Tests.Conformance;

/// <summary>JWT answers of introspection, RFC 9701.</summary>
public sealed class Rfc9701(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Rfc9701_5_the_answer_is_signed_for_the_caller_and_cannot_pass_for_a_token()
    {
        var token = (await host.TokenAsync("other", ("grant_type", "client_credentials"))).AccessToken;
        var (answer, plain) = (await AskAsync("watcher", token, "application/token-introspection+jwt"), await host.IntrospectAsync("watcher", token));
        Assert.Equal((200, "application/token-introspection+jwt", "no-store"), (answer.Status, answer.Headers["Content-Type"], answer.Headers["Cache-Control"]));
        Assert.Equal(("token-introspection+jwt", "RS256"), (Jwt.Header(answer.Body).GetProperty("typ").GetString(), Jwt.Header(answer.Body).GetProperty("alg").GetString()));
        var claims = Jwt.Payload(answer.Body);
        Assert.Equal("iss aud iat token_introspection", string.Join(' ', claims.EnumerateObject().Select(claim => claim.Name)));
        Assert.Equal((host.Issuer, "watcher"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal(plain.Body, claims.GetProperty("token_introspection").GetRawText());
        Assert.Equal(401, (await host.UserInfoAsync(answer.Body)).Status);
    }

    [Fact]
    public async Task Rfc9701_5_an_inactive_token_says_nothing_else() =>
        Assert.Equal("""{"active":false}""", Jwt.Payload((await AskAsync("watcher", "unknown", "application/token-introspection+jwt")).Body).GetProperty("token_introspection").GetRawText());

    [Fact]
    public async Task Rfc9701_4_who_asks_for_JSON_gets_JSON() =>
        Assert.Equal("application/json; charset=utf-8", (await AskAsync("watcher", "unknown", "application/json, */*")).Headers["Content-Type"]);

    private Task<Answer> AskAsync(string client, string token, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/introspect") { Content = new FormUrlEncodedContent([KeyValuePair.Create("token", token)]) };
        request.Headers.Authorization = BackChannel.Basic(client, IdentityHost.Secret);
        request.Headers.Add("Accept", accept);
        return host.SendAsync(request);
    }

    /// <summary>FAPI 2.0 Security Profile §5.4.1: no JWT of such a client is made with RS256, and the default of RFC 9701 would be.</summary>
    [Fact]
    public async Task Rfc9701_6_a_client_of_the_FAPI_profile_gets_no_RS256()
    {
        var mint = host.Services.GetRequiredService<Identity.Server.Issuing.TokenIssuer>();
        var client = new Identity.OpenId.Clients.ClientMetadata { ClientId = "bank", Profile = "fapi2" };
        Assert.Equal("ES256", Jwt.Header(mint.Introspection(client, host.Issuer, Identity.OpenId.Introspection.IntrospectionResponse.Inactive)).GetProperty("alg").GetString());
        Assert.Equal("RS256", Jwt.Header(mint.Introspection(client with { Profile = null }, host.Issuer, Identity.OpenId.Introspection.IntrospectionResponse.Inactive)).GetProperty("alg").GetString());
    }
}
