using Identity.Tests.Support;

namespace Identity.Tests.Server.Hosting;

/// <summary>The Fetch standard's CORS protocol: which scripts may read which answers.</summary>
public sealed class CrossOriginTests(CodeFlowHost host) : IClassFixture<CodeFlowHost>
{
    private const string Registered = "https://spa.example";

    private static readonly string[] ForScripts = ["/connect/token", "/connect/userinfo", "/connect/revoke", "/connect/par"];

    private static readonly string[] Closed =
    [
        "/connect/authorize", "/connect/authorize/resume", "/connect/endsession", "/connect/introspect", "/", "/sign-in", "/sign-out", "/signed-out", "/consent", "/select-account", "/account/applications", "/error", "/nowhere",
    ];

    [Fact]
    public async Task Anybodys_script_may_read_the_metadata_and_the_keys()
    {
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks" })
        {
            var answer = await host.GetAsync(path, ("Origin", "https://anybody.example"));
            Assert.Equal((200, "*"), (answer.Status, answer.Headers["Access-Control-Allow-Origin"]));
            Assert.False(answer.Headers.ContainsKey("Access-Control-Allow-Credentials"));
        }
    }

    [Fact]
    public async Task A_script_of_a_registered_origin_may_call_and_read_refusals_too()
    {
        foreach (var path in ForScripts)
        {
            var preflight = await SendAsync("OPTIONS", path, Registered);
            Assert.Equal((204, Registered, "Origin"), (preflight.Status, preflight.Headers["Access-Control-Allow-Origin"], preflight.Headers["Vary"]));
            Assert.Contains("POST", preflight.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
            Assert.Equal(["Authorization", "Content-Type", "DPoP"], preflight.Headers["Access-Control-Allow-Headers"].Split(", "));

            var call = await SendAsync("POST", path, Registered);
            Assert.InRange(call.Status, 400, 401);
            Assert.Equal((Registered, "Origin"), (call.Headers["Access-Control-Allow-Origin"], call.Headers["Vary"]));
            Assert.Equal(["DPoP-Nonce", "WWW-Authenticate"], call.Headers["Access-Control-Expose-Headers"].Split(", ").Order(StringComparer.Ordinal));
            Assert.False(call.Headers.ContainsKey("Access-Control-Allow-Credentials"));
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://spa.example.evil.example")]
    [InlineData("https://evil.spa.example")]
    [InlineData("http://spa.example")]
    [InlineData("https://spa.example:8443")]
    [InlineData("https://SPA.example")]
    [InlineData("null")]
    [InlineData("*")]
    public async Task A_script_of_anybody_else_may_read_nothing(string origin)
    {
        foreach (var path in ForScripts)
        {
            foreach (var method in new[] { "OPTIONS", "POST" })
            {
                var answer = await SendAsync(method, path, origin);
                Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
                // A cache must not keep this answer for the others.
                Assert.Equal("Origin", answer.Headers["Vary"]);
            }
        }
    }

    [Fact]
    public async Task Pages_and_the_authorization_endpoint_are_open_to_no_script()
    {
        foreach (var path in Closed)
        {
            foreach (var method in new[] { "OPTIONS", "GET", "POST" })
            {
                var answer = await SendAsync(method, path, Registered);
                Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    private Task<Answer> SendAsync(string method, string path, string origin)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        if (method is "POST")
        {
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("token", "x")]);
        }

        return host.SendAsync(request);
    }
}
