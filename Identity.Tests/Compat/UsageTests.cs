using System.Text.Json.Nodes;
using Identity.Compat;
using Identity.Server.Commands;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Jobs;
using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>Who still calls which route: what the server keeps of it and how an operator reads it.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task Calls_reach_the_table_in_batches_and_survive_a_restart()
    {
        await using var host = new SqlHost();
        await host.InitializeAsync();
        await host.AddAccountAsync(new() { UserName = "caller" });
        var writes = await host.WritesAsync(async () =>
        {
            await CallAsync(host, "okhttp/3.12.0", "correct horse battery");
            await CallAsync(host, "okhttp/3.12.0", "correct horse battery");
            await CallAsync(host, "NLECloud SDK", "correct horse battery");
            await CallAsync(host, "NLECloud SDK", "wrong");
            await host.GetAsync("/Users/Login");
            await host.GetAsync("/Users/None");
        });
        Assert.DoesNotContain(writes, write => write.Contains("legacy_usage", StringComparison.Ordinal));

        writes = await host.WritesAsync(() => KeepAsync(host));
        Assert.Equal((5, 1), (writes.Count(write => write == "INSERT INTO legacy_usage"), writes.Count(write => write == "COMMIT")));
        Assert.Empty(await host.WritesAsync(() => KeepAsync(host)));

        host.Clock.Advance(TimeSpan.FromHours(1));
        await CallAsync(host, "okhttp/3.12.0", "correct horse battery");
        await host.RestartAsync();
        Assert.Equal(
            [
                ("* /Users/Login", "(none)", "405", 1, 0),
                ("* /Users/{**rest}", "(none)", "404", 1, 0),
                ("POST /Users/Login", "okhttp/3.12.0", "0", 3, 60),
                ("POST /Users/Login", "NLECloud SDK", "0", 1, 0),
                ("POST /Users/Login", "NLECloud SDK", "401", 1, 0),
            ],
            (await RowsAsync(host)).Select(row => (row.Route, row.Version, row.Outcome, row.Calls, (row.LastAt - row.FirstAt).TotalMinutes)));
    }

    [Fact]
    public async Task Every_API_is_counted_by_its_own_codes_and_by_the_path_that_was_called()
    {
        await using var host = new IdentityHost();
        await host.InitializeAsync();
        await host.CloudMindLoginAsync("nobody@example.com");
        await host.PostJsonAsync("/usercenter/v1/login/Register", new() { ["email"] = "a@example.com", ["nickName"] = "a", ["passWord"] = "long enough", ["code"] = "000000" });
        await host.RageFrameLoginAsync("nobody");
        await host.PostJsonAsync("/api/v1/site/refresh", new() { ["refresh_token"] = "x", ["group"] = "app" });
        await host.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/site/login") { Headers = { { "Origin", "https://h5.example" }, { "Access-Control-Request-Method", "POST" } } });
        await KeepAsync(host);
        Assert.Equal(
            ["cloudmind POST /usercenter/v1/login/EmailLogin 201", "cloudmind POST /usercenter/v1/login/Register 1001", "rageframe POST /api/v1/site/refresh 401", "rageframe POST /v1/site/login 422"],
            (await RowsAsync(host)).Select(row => $"{row.Api} {row.Route} {row.Outcome}"));
    }

    [Fact]
    public async Task Counts_that_cannot_be_kept_now_are_kept_later()
    {
        await using var host = new IdentityHost();
        await host.InitializeAsync();
        await host.NleCloudLoginAsync("nobody");
        await host.SqlAsync($"ALTER TABLE legacy_usage RENAME TO lost");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => KeepAsync(host));
        await host.SqlAsync($"ALTER TABLE lost RENAME TO legacy_usage");
        await KeepAsync(host);
        Assert.Equal(1, Assert.Single(await RowsAsync(host)).Calls);
    }

    [Fact]
    public async Task A_retired_route_says_so_in_its_envelope_and_its_neighbours_serve_on()
    {
        await using var host = new RetiredHost();
        await host.InitializeAsync();
        await host.AddAccountAsync(new() { UserName = "left", Email = "left@example.com", EmailVerified = true });
        const string Gone = """{"ResultObj":null,"Status":1,"StatusCode":410,"Msg":"该接口已停用","ErrorObj":null}""";
        Assert.Equal(Gone, (await host.GetAsync("/users/apikey?userID=1")).Body);
        Assert.Contains("\"StatusCode\":401", (await host.SendAsync(new(HttpMethod.Put, "/Users/ApiKey"))).Body, StringComparison.Ordinal);
        Assert.Contains("\"StatusCode\":405", (await host.SendAsync(new(HttpMethod.Delete, "/Users/ApiKey"))).Body, StringComparison.Ordinal);
        Assert.Equal(0, (await host.NleCloudLoginAsync("left")).Json.Number("Status"));

        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Get })
        {
            var qq = await host.SendAsync(new(method, $"{host.Issuer}//usercenter/v1/login/QqLogin"));
            Assert.Equal((410, """{"code":410,"msg":"该接口已停用"}"""), (qq.Status, qq.Body));
        }

        Assert.Equal(201, (await host.SendAsync(new(HttpMethod.Post, "/usercenter/v1/login/WxLogin"))).Status);

        Assert.Equal(410, (await host.PostJsonAsync("/api/v1/site/login", [])).Json.Number("code"));
        Assert.Equal(200, (await host.RageFrameLoginAsync("left")).Json.Number("code"));
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Error);

        // Who still calls what has gone is what the operator wants to know.
        await KeepAsync(host);
        Assert.Contains(await RowsAsync(host), row => row is { Route: "GET /Users/ApiKey", Outcome: "410", Calls: 1 });
    }

    [Fact]
    public void The_report_has_every_route_and_the_last_time()
    {
        var at = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(8));
        var usage = RouteUsage.Of(
            [new("nlecloud", "POST /Users/Login"), new("nlecloud", "GET /Users/ApiKey")],
            [
                new LegacyUsageRow { Api = "nlecloud", Route = "POST /Users/Login", Version = "okhttp/3", Outcome = "0", Calls = 1200, FirstAt = at.AddDays(-1), LastAt = at },
                new LegacyUsageRow { Api = "nlecloud", Route = "POST /Users/Login", Version = "old", Outcome = "401", Calls = 1, FirstAt = at.AddDays(-3), LastAt = at.AddDays(-3) },
            ]);
        Assert.Equal(
            """
            API       ROUTE / CLIENT     OUTCOME  CALLS  LAST CALLED (UTC)
            nlecloud  GET /Users/ApiKey               0  never
            nlecloud  POST /Users/Login            1201  2030-01-01T19:04:05Z
                        okhttp/3         0         1200  2030-01-01T19:04:05Z
                        old              401          1  2029-12-29T19:04:05Z

            """.ReplaceLineEndings("\n"),
            RouteUsage.Table(usage));
        Assert.Equal(
            """[{"api":"nlecloud","route":"GET /Users/ApiKey","calls":0,"last_called":null,"by_version":[]},{"api":"nlecloud","route":"POST /Users/Login","calls":1201,"last_called":"2030-01-01T19:04:05Z","by_version":[{"version":"okhttp/3","outcome":"0","calls":1200,"first_called":"2029-12-31T19:04:05Z","last_called":"2030-01-01T19:04:05Z"},{"version":"old","outcome":"401","calls":1,"first_called":"2029-12-29T19:04:05Z","last_called":"2029-12-29T19:04:05Z"}]}]""",
            RouteUsage.Json(usage).ToJsonString());
    }

    private static Task KeepAsync(IdentityHost host) => host.Services.GetRequiredService<UsageKeeping>().KeepAsync(CancellationToken.None);

    private static Task<List<LegacyUsageRow>> RowsAsync(IdentityHost host) => host.Services.GetRequiredService<UsageLedger>().ReadAsync(CancellationToken.None);

    private static Task<Answer> CallAsync(IdentityHost host, string userAgent, string password)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/Users/Login")
        {
            Content = new StringContent(new JsonObject { ["Account"] = "caller", ["Password"] = password }.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        return host.SendAsync(request);
    }

    private sealed class RetiredHost : IdentityHost
    {
        protected override IEnumerable<string> Settings =>
        [
            "--Compat:NleCloud:RetiredRoutes:0=get /users/apikey", "--Compat:CloudMind:RetiredRoutes:0=/usercenter/v1/login/QqLogin", "--Compat:RageFrame:RetiredRoutes:0=POST /api/v1/site/login",
        ];
    }
}
