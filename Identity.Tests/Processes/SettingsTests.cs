using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>What the operator says, and what he is told when he said it wrong.</summary>
[Collection(OneAtATime.Name)]
public sealed class SettingsTests : IDisposable
{
    private const string Listen = "--urls=http://127.0.0.1:0";

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string[]> Mistakes => new()
    {
        { "Issuer", [] },
        { "Issuer", ["--Issuer=http://id.example"] },
        { "Issuer", ["--environment=Development", "--Issuer=id.example"] },
        { "Accounts:PasswordIterations", ["--environment=Development", "--Accounts:PasswordIterations=many"] },
        { "Accounts:PasswordIterations", ["--Issuer=https://id.example", "--Accounts:PasswordIterations=1000"] },
        { "Keys:Announce", ["--environment=Development", "--Keys:Announce=00:00:01"] },
        { "Mail:Transport", ["--environment=Development", "--Mail:Transport=Pigeon"] },
        { "Hosting:KnownProxies", ["--environment=Development", "--Hosting:KnownProxies:0=proxy"] },
        { "Compat:NleCloud:RememberMeLifetime", ["--environment=Development", "--Compat:NleCloud:RememberMeLifetime=400.00:00:00"] },
        { "ConnectionStrings:Identity", ["--environment=Development", "--ConnectionStrings:Identity=nonsense"] },
        { "ConnectionStrings:Identity", ["--environment=Development", "--ConnectionStrings:Identity=Data Source=no/such/folder/identity.db"] },
        { "ConnectionStrings:Identity", ["--environment=Development", "--ConnectionStrings:Identity=Host=127.0.0.1;Port=1;Database=identity;Username=identity;Password=hidden"] },
        { "Keys:MasterKeyFile", ["--Issuer=https://id.example", "--ConnectionStrings:Identity=Host=127.0.0.1;Port=1;Database=identity;Username=identity;Password=hidden"] },
        { "Clients:0:client_secret", ["--environment=Development", "--Clients:0:client_id=web", "--Clients:0:grant_types:0=client_credentials"] },
        { "Clients:0:grant_types", ["--environment=Development", "--Clients:0:client_id=web", "--Clients:0:client_secret=hidden", "--Clients:0:grant_types:0=implicit"] },
        { "Scopes:0", ["--environment=Development", "--Scopes:0:nam=api"] },
        { "urls", ["--environment=Development", "--urls=nonsense"] },
        { "urls", ["--environment=Development", "--urls=http://127.0.0.1:99999"] },
        { "--config", ["--environment=Development", "--config", "missing.json"] },
        { "srve", ["srve", "--environment=Development"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_wrong_setting_ends_the_start_with_one_sentence_that_names_it(string named, string[] arguments) =>
        await AssertRefusedAsync(named, [Listen, .. arguments]);

    [Theory]
    [InlineData("{ \"Issuer\": ")]
    [InlineData("Issuer = x")]
    [InlineData("")]
    public async Task A_settings_file_that_is_not_JSON_is_named(string text)
    {
        folder.Write("bad.json", text);
        await AssertRefusedAsync("bad.json", [Listen, "--environment=Development", "--config", "bad.json"]);
    }

    [Fact]
    public async Task An_address_in_use_ends_the_start_with_one_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var (exitCode, _, error) = await ServerProcess.RunAsync(folder, ["--environment=Development", $"--urls=http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}"]);
        AssertOneSentence("urls", exitCode, error);
    }

    [Fact]
    public async Task Files_environment_and_arguments_follow_each_other_and_lists_are_taken_whole()
    {
        const string Secret = "a-secret-of-a-test-client-with-more-than-32-characters";
        static JsonObject Client(string id) => new() { ["client_id"] = id, ["client_secret"] = Secret, ["grant_types"] = new JsonArray("client_credentials"), ["may_introspect"] = true };
        folder.Write("first.json", new JsonObject
        {
            ["Issuer"] = "http://first.example",
            ["Mail"] = new JsonObject { ["PickupDirectory"] = "mail of the first file" },
            ["Clients"] = new JsonArray(Client("one"), Client("two")),
            ["Scopes"] = new JsonArray(new JsonObject { ["name"] = "old" }, new JsonObject { ["name"] = "older" }),
        });
        folder.Write("second.json", new JsonObject
        {
            ["Issuer"] = "http://second.example",
            ["Scopes"] = new JsonArray(new JsonObject { ["name"] = "new" }),
            ["Keys"] = new JsonObject { ["MasterKeyFile"] = "file.key" },
        });
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Keys__MasterKeyFile"] = "environment.key",
            ["ConnectionStrings__Identity"] = "Data Source=environment.db",
            ["Clients__0__client_id"] = "three",
            ["Clients__0__client_secret"] = Secret,
            ["Clients__0__grant_types__0"] = "client_credentials",
            ["Clients__0__scope"] = "new",
        };
        await using var server = await ServerProcess.Start(folder, [Listen, "--config", "first.json", "--config", "second.json", "--ConnectionStrings:Identity=Data Source=argument.db"], environment).ReadyAsync();

        var metadata = (await server.GetAsync("/.well-known/openid-configuration")).Json;
        Assert.Equal("http://second.example", metadata.GetProperty("issuer").GetString());
        Assert.Equal(["new"], metadata.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()!).Where(scope => scope is "old" or "older" or "new"), StringComparer.Ordinal);
        Assert.Equal("argument.db environment.key first.json mail of the first file second.json", string.Join(' ', Entries().Where(name => !name.StartsWith("argument.db-", StringComparison.Ordinal))));

        Assert.Equal(200, (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "three", Secret)).Status);
        Assert.Equal(401, (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "one", Secret)).Status);
        Assert.Equal(401, (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "two", Secret)).Status);
        // Merged by index it would be client three with the rights of client one.
        Assert.Equal("""{"active":false}""", (await server.PostAsync("/connect/introspect", [("token", (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")], "three", Secret)).AccessToken)], "three", Secret)).Body);
    }

    [Fact]
    public async Task Help_names_the_commands()
    {
        var (exitCode, output, error) = await ServerProcess.RunAsync(folder, ["--help"]);
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("serve", output, StringComparison.Ordinal);
        Assert.Contains("users", output, StringComparison.Ordinal);
        Assert.Contains("--config", output, StringComparison.Ordinal);
    }

    private static void AssertOneSentence(string named, int exitCode, string error)
    {
        Assert.True(exitCode == 78, $"exit code {exitCode}: {error}");
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.True(error.Count(c => c == '\n') == 1, error);
        Assert.DoesNotContain("hidden", error, StringComparison.Ordinal);
    }

    private IEnumerable<string> Entries() => Directory.EnumerateFileSystemEntries(folder.Path).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal);

    private async Task AssertRefusedAsync(string named, string[] arguments)
    {
        var before = Entries().ToList();
        var (exitCode, _, error) = await ServerProcess.RunAsync(folder, arguments);
        AssertOneSentence(named, exitCode, error);
        Assert.Equal(before, Entries(), StringComparer.Ordinal);
    }
}
