using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>A Production server behind nginx with the documented configuration: TLS ends there, the path is part of the issuer, and only nginx is believed.</summary>
[Collection(OneAtATime.Name)]
public sealed class ProxyTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly ServerFolder folder = new();

    public ProxyTests()
    {
        if (Nginx.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_code_flow_goes_through_nginx_below_a_path_and_nobody_else_is_believed()
    {
        var port = Nginx.FreePort();
        var home = new Uri($"https://localhost:{port}");
        var issuer = $"{home.OriginalString}/sso";
        var settings = folder.Write("settings.json", new JsonObject
        {
            ["Issuer"] = issuer,
            ["Hosting"] = new JsonObject { ["KnownProxies"] = new JsonArray("127.0.0.1") },
            ["Accounts"] = new JsonObject { ["PasswordIterations"] = 100_000 },
            ["Clients"] = new JsonArray(new JsonObject
            {
                ["client_id"] = "web",
                ["client_secret"] = IdentityHost.Secret,
                ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
                ["redirect_uris"] = new JsonArray(CodeFlowHost.Callback),
                ["scope"] = "openid profile",
                ["first_party"] = true,
            }),
        });
        var (added, _, complaint) = await ServerProcess.RunAsync(folder, ["users", "add", "--user-name", "lei", "--password", Password, "--environment=Production", "--config", settings]);
        Assert.True(added == 0, complaint);
        await using var server = ServerProcess.Start(folder, ["--environment=Production", "--urls=http://127.0.0.1:0", "--config", settings]);
        await server.UntilAsync(() => server.Output.Contains("Now listening on: ", StringComparison.Ordinal), "listen");
        var node = new Uri(Regex.Match(server.Output, @"Now listening on: (http\S+)").Groups[1].Value);
        await using var nginx = await Nginx.StartAsync(port, folder.Write("tls.pem", Certificates.ForLocalhost()), node);

        // A client that lies about where it comes from, and about TLS, to nginx.
        using var client = Client(home, null);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "http");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "evil.example");
        foreach (var place in (string[])["/sso/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/sso"])
        {
            var metadata = await client.GetFromJsonAsync<JsonElement>(place);
            Assert.Equal((issuer, $"{issuer}/connect/token"), (metadata.GetProperty("issuer").GetString(), metadata.GetProperty("token_endpoint").GetString()));
        }

        using var browser = new Browser(home, way: Trusting);
        var page = await browser.SignInAsync(await browser.OpenAsync("/sso" + CodeFlowHost.Request("web")), "lei");
        var code = page.Parameter("code");
        Assert.True(code is not null, page.Answer.Body);
        Assert.Equal(issuer, page.Parameter("iss"));
        Assert.All(browser.Cookies.GetAllCookies(), cookie => Assert.True(cookie.Secure && cookie.Name.StartsWith("__", StringComparison.Ordinal), cookie.Name));
        var tokens = await PostAsync(client, "/sso/connect/token", ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier));
        Assert.True(tokens.Status == 200, tokens.Body);
        Assert.Equal(issuer, Jwt.Payload(tokens.Text("id_token")).GetProperty("iss").GetString());
        using var asking = new HttpRequestMessage(HttpMethod.Get, "/sso/connect/userinfo") { Headers = { Authorization = new("Bearer", tokens.AccessToken) } };
        using var told = await client.SendAsync(asking);
        Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/health/ready")).StatusCode);
        Assert.DoesNotContain("A forwarded header", server.Output, StringComparison.Ordinal);

        // The same lies to the server itself, by somebody who is no known proxy: it stays what it is, plain http.
        using var stranger = Client(node, IPAddress.Parse("127.0.0.2"));
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.10");
        stranger.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var refused = await PostAsync(stranger, "/sso/connect/token", ("grant_type", "refresh_token"), ("refresh_token", "nonsense"));
        Assert.Equal(400, refused.Status);
        Assert.Contains("https", refused.Body, StringComparison.Ordinal);
        await server.UntilAsync(() => server.Output.Contains("A forwarded header from 127.0.0.2 was ignored", StringComparison.Ordinal), "say whom it does not believe");

        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
        var (_, trail, _) = await ServerProcess.RunAsync(folder, ["audit", "tail", "--json", "--lines", "100", "--environment=Production", "--config", settings]);
        Assert.Contains("\"what\":\"SignedIn\"", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.", trail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_unit_gives_a_stop_the_time_that_it_may_take_and_lets_a_wrong_setting_be()
    {
        var unit = File.ReadAllText(Path.Combine(Repository.Root, "docs", "deploy", "identity.service"));
        var longest = int.Parse(Regex.Match(unit, @"(?m)^TimeoutStopSec=(\d+)$").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(TimeSpan.FromSeconds(longest) > Identity.Server.Hosting.ShutdownDelay.Rest + TimeSpan.FromSeconds(30));
        Assert.Contains($"RestartPreventExitStatus={Identity.Server.Commands.IdentityCommand.BadSettings}\n", unit, StringComparison.Ordinal);
        Assert.Contains("KillSignal=SIGTERM\n", unit, StringComparison.Ordinal);
    }

    private static HttpClient Client(Uri home, IPAddress? from)
    {
        var network = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Trusting(network);
        if (from is not null)
        {
            network.ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from.MapToIPv6(), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        return new(network) { BaseAddress = home };
    }

    private static SocketsHttpHandler Trusting(SocketsHttpHandler network)
    {
#pragma warning disable CA5359 // Its own certificate of a minute ago.
        network.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return network;
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        request.Headers.Authorization = BackChannel.Basic("web", IdentityHost.Secret);
        using var response = await client.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
