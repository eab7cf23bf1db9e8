using System.Text.Json.Nodes;

namespace Identity.Tests.Support;

/// <summary>Three server processes on one PostgreSQL database, with nothing else between them and a random choice of node for every request in front.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private const int Count = 3;

    private static readonly Uri Home = new("http://id.example");

    private readonly ServerFolder folder = new();
    private readonly List<ServerProcess> nodes = [];
    private PostgresDatabase? database;
    private HttpClient? http;

    internal IReadOnlyList<ServerProcess> Nodes => nodes;

    internal Balancer Balancer { get; } = new();

    internal string ConnectionString => database!.ConnectionString;

    private string[] Settings =>
    [
        $"--Issuer={Home.OriginalString}", $"--ConnectionStrings:Identity={ConnectionString}", $"--Keys:MasterKeyFile={folder.MasterKey}", $"--Mail:PickupDirectory={folder.In("mail")}",
        "--Hosting:ShutdownDelay=00:00:02",
    ];

    public async ValueTask InitializeAsync()
    {
        if (PostgresDatabase.Missing is not null)
        {
            return;
        }

        database = await PostgresDatabase.CreateAsync();
        folder.Write("test.json", new JsonObject
        {
            ["Clients"] = new JsonArray(
                // The replay window is longer than a node is away, for a killed one may have rotated without answering.
                new JsonObject
                {
                    ["client_id"] = "web",
                    ["client_secret"] = IdentityHost.Secret,
                    ["grant_types"] = new JsonArray("authorization_code", "password", "refresh_token", "client_credentials"),
                    ["redirect_uris"] = new JsonArray(CodeFlowHost.Callback),
                    ["scope"] = "openid profile offline_access",
                    ["first_party"] = true,
                    ["may_introspect"] = true,
                    ["refresh_replay_window"] = "00:10:00",
                },
                new JsonObject
                {
                    ["client_id"] = "tv",
                    ["token_endpoint_auth_method"] = "none",
                    ["grant_types"] = new JsonArray("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"),
                    ["scope"] = "openid offline_access",
                }),
        });
        http = new HttpClient(Balancer.Before(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { BaseAddress = Home };
        await Task.WhenAll([.. Enumerable.Range(0, Count).Select(_ => StartAsync()), .. new[] { "lei", "han" }.Select(name => RunAsync("users", "add", "--user-name", name, "--password", Password))]);
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <summary>One more node, which gets requests from the moment at which it is ready.</summary>
    internal async Task<ServerProcess> StartAsync()
    {
        var node = ServerProcess.Serve(folder, [.. Settings, "--config", folder.In("test.json")]);
        lock (nodes)
        {
            nodes.Add(node);
        }

        await node.ReadyAsync();
        Balancer.Add(node.Address);
        return node;
    }

    /// <summary>Takes an ended node out of the list.</summary>
    internal async Task ForgetAsync(ServerProcess node)
    {
        Balancer.Remove(node.Address);
        nodes.Remove(node);
        await node.DisposeAsync();
    }

    /// <summary>A command of an operator, on the same database.</summary>
    internal async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output, error) = await ServerProcess.RunAsync(folder, [.. command, "--environment=Development", "--Accounts:PasswordIterations=1", .. Settings]);
        Assert.True(exitCode == 0, error);
        return output;
    }

    internal Browser Browser() => new(Home, way: Balancer.Before);

    internal IEnumerable<string> Mails() => Directory.Exists(folder.In("mail")) ? Directory.EnumerateFiles(folder.In("mail"), "*.eml").Select(File.ReadAllText) : [];

    /// <summary>A form to any node.</summary>
    internal Task<Answer> PostAsync(string path, string? client, params (string Name, string Value)[] form) =>
        SendAsync(new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) }, client is null ? null : BackChannel.Basic(client, IdentityHost.Secret));

    internal Task<Answer> TokenAsync(params (string Name, string Value)[] form) => PostAsync("/connect/token", "web", form);

    internal Task<Answer> RefreshAsync(string token) => TokenAsync(("grant_type", "refresh_token"), ("refresh_token", token));

    internal Task<Answer> SignInAsync(string name, string password = Password) =>
        TokenAsync(("grant_type", "password"), ("username", name), ("password", password), ("scope", "openid offline_access"));

    internal Task<Answer> RedeemAsync(string code) =>
        TokenAsync(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CodeFlowHost.Callback), ("code_verifier", CodeFlowHost.Verifier));

    internal Task<Answer> PostJsonAsync(string path, JsonObject body) => SendAsync(new(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, null);

    internal Task<Answer> UserInfoAsync(string accessToken) => SendAsync(new(HttpMethod.Get, "/connect/userinfo"), new("Bearer", accessToken));

    private async Task<Answer> SendAsync(HttpRequestMessage request, System.Net.Http.Headers.AuthenticationHeaderValue? authorization)
    {
        using (request)
        {
            request.Headers.Authorization = authorization;
            using var response = await http!.SendAsync(request);
            return await Answer.OfAsync(response);
        }
    }
}
