using System.Security.Cryptography;
using System.Text;
using Identity.Server.Accounts;
using Identity.Tests.BadInput;
using Identity.Tests.Support;
using Microsoft.AspNetCore.Routing;

namespace Identity.Tests.Attacks;

/// <summary>Clickjacking (RFC 9700 §4.16), and what else a browser does with an answer that nobody told it not to.</summary>
public sealed class FramesAndHeadersTests(AttackHost host) : IClassFixture<AttackHost>
{
    [Fact]
    public async Task Every_page_and_every_answer_under_connect_forbids_frames_sniffing_keeping_and_referrers()
    {
        var places = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]).Append("PUT").Select(method => (Method: method, Path: $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}")))
            .Where(place => place.Path.StartsWith("/connect/", StringComparison.Ordinal) || Pages.Contains(place.Path)).Distinct().ToList();
        Assert.True(places.Count > 30);
        foreach (var (method, path) in places)
        {
            foreach (var query in new[] { "", "?request=nothing", "?client_id=site&redirect_uri=https://rp.example/callback" })
            {
                var answer = await RawHttp.SendAsync(host.Address, RawHttp.Request($"{method} {path}{query} HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 3", "a=b"u8.ToArray()));
                Assert.True(
                    answer["Content-Security-Policy"].Contains("default-src 'none'", StringComparison.Ordinal)
                    && answer["Content-Security-Policy"].Contains("frame-ancestors 'none'", StringComparison.Ordinal)
                    && !answer["Content-Security-Policy"].Contains("unsafe", StringComparison.Ordinal)
                    && answer["X-Content-Type-Options"] is "nosniff"
                    && answer["Referrer-Policy"] is "no-referrer"
                    && answer["Cache-Control"] is "no-store",
                    $"{method} {path}{query}: {answer.Status} {string.Join("; ", answer.Headers)}");
                Assert.Equal("", answer["Server"]);
            }
        }
    }

    [Fact]
    public async Task A_page_under_a_path_has_the_headers_and_keeps_its_path()
    {
        await using var behind = new PathHost();
        await behind.InitializeAsync();
        foreach (var prefix in new[] { "/login/v2", "" })
        {
            var answer = await behind.GetAsync($"{prefix}{CodeFlowHost.Request("site")}");
            Assert.StartsWith("/login/v2/sign-in?request=", answer.Headers["Location"], StringComparison.Ordinal);
            var page = await behind.GetAsync($"{prefix}/sign-in");
            Assert.Equal(200, page.Status);
            Assert.Contains("/login/v2/site.css", page.Body, StringComparison.Ordinal);
            Assert.All([answer, page], one => Assert.Contains("frame-ancestors 'none'", one.Headers["Content-Security-Policy"], StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("site", CodeFlowHost.Callback, "https://rp.example")]
    [InlineData("native", "http://127.0.0.1:51004/callback", "http://127.0.0.1:51004")]
    [InlineData("native", "com.example.app:/callback", "com.example.app:")]
    public async Task The_page_that_posts_an_answer_may_run_its_own_script_and_post_to_its_client_and_nothing_else(string client, string redirectUri, string target)
    {
        await host.AddAccountAsync(new NewAccount { UserName = $"posted{redirectUri.Length}" });
        using var browser = new Browser(host);
        var stop = await browser.ArriveAsync(CodeFlowHost.Request(client, ("redirect_uri", redirectUri), ("response_mode", "form_post"), ("state", "\"><script>alert(1)</script>&'")), $"posted{redirectUri.Length}");
        var script = Assert.Single(stop.Document.QuerySelectorAll("script"));
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.TextContent)));
        Assert.Equal(
            $"default-src 'none'; script-src 'sha256-{hash}'; form-action {target}; frame-ancestors 'none'; base-uri 'none'",
            stop.Answer.Headers["Content-Security-Policy"]);
        Assert.Equal(redirectUri, Assert.Single(stop.Document.Forms).GetAttribute("action"));
        Assert.Equal("\"><script>alert(1)</script>&'", stop.Field("state"));
        Assert.NotNull(stop.Field("code"));
    }

    // From the routes that the server has; the last part of each page's own address.
    private string[] Pages => [.. BadInput.Route.Of(host).Where(route => route.Api is Tongue.People).Select(route => route.Path)];

    private sealed class PathHost : CodeFlowHost
    {
        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example/login/v2"];
    }
}
