using System.Text.Json.Nodes;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Clients;

public sealed class ConfiguredClientsTests
{
    private const string InvalidClient = """{"error":"invalid_client","error_description":"Client authentication failed."}""";

    [Fact]
    public async Task Clients_come_whole_from_the_last_source_that_has_them()
    {
        // The file has six; the command line has one, whose index is that of "web", and takes nothing from it.
        await using var host = new Host { More = ["--Clients:0:client_id=late", "--Clients:0:client_secret=late", "--Clients:0:grant_types:0=client_credentials"] };
        await host.InitializeAsync();
        Assert.Equal("cloudmind demo late nlecloud rageframe sample-device sample-service sample-spa sample-web", await ClientsAsync(host));
        Assert.Equal(200, (await host.PostRawAsync("/connect/token", "grant_type=client_credentials", authorization: RawRequest.Basic("late", "late"))).Status);
        (await host.PostRawAsync("/connect/token", "grant_type=client_credentials&scope=api", authorization: RawRequest.Basic("late", "late")))
            .IsRefusal(400, """{"error":"invalid_scope","error_description":"The client may not have every scope that it asked for."}""");
        (await host.TokenAsync("web", ("grant_type", "client_credentials"))).IsRefusal(401, InvalidClient);
    }

    [Fact]
    public async Task A_client_that_has_left_the_configuration_is_disabled_with_its_tokens_and_comes_back_with_them()
    {
        await using var host = new Host();
        await host.InitializeAsync();
        await host.AddAccountAsync(new NewAccount { UserName = "leaver" });
        var tokens = await host.SignInAsync("web", "leaver");
        Assert.DoesNotContain(host.Log.Lines, line => line.Event.Id == 1301);

        await host.KeepAsync("watcher");
        Assert.Equal("Client web has left the configuration and is disabled", Assert.Single(host.Log.Lines, line => line is { Event.Id: 1301, Level: LogLevel.Warning } && line.Text.Contains(" web ", StringComparison.Ordinal)).Text.Trim());
        Assert.Equal("cloudmind demo nlecloud rageframe sample-device sample-service sample-spa sample-web watcher", await ClientsAsync(host));
        (await host.RefreshAsync("web", tokens.RefreshToken)).IsRefusal(401, InvalidClient);
        Assert.Equal(401, (await host.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", tokens.AccessToken)).Body);
        Assert.Equal("""{"active":false}""", (await host.IntrospectAsync("watcher", tokens.RefreshToken)).Body);

        await host.KeepAsync("watcher", "web");
        Assert.Equal(200, (await host.RefreshAsync("web", tokens.RefreshToken)).Status);
        Assert.Single(host.Log.Lines, line => line.Event.Id == 1301 && line.Text.Contains(" web ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_is_stored_as_its_hash()
    {
        await using var host = new Host();
        await host.InitializeAsync();
        var stored = await host.ReadAsync(db => db.Clients.AsNoTracking().Select(row => row.Metadata).ToListAsync());
        Assert.All(stored, metadata => Assert.DoesNotContain(IdentityHost.Secret, metadata, StringComparison.Ordinal));
    }

    private static async Task<string> ClientsAsync(IdentityHost host) => string.Join(
        ' ', (await host.ReadAsync(db => db.Clients.AsNoTracking().Where(row => row.DisabledAt == null).Select(row => row.ClientId).ToListAsync())).Order(StringComparer.Ordinal));

    private sealed class Host : IdentityHost
    {
        private string[]? kept;

        public string[] More { get; init; } = [];

        // A fixed name, for a restart changes the port.
        protected override IEnumerable<string> Settings => ["--Issuer=https://id.example", .. More];

        protected override JsonArray Clients => kept is null
            ? base.Clients
            : new([.. base.Clients.Where(client => kept.Contains(client!["client_id"]!.GetValue<string>(), StringComparer.Ordinal)).Select(client => client!.DeepClone())]);

        public async Task KeepAsync(params string[] clients)
        {
            kept = clients;
            await WriteSettingsAsync();
            await RestartAsync();
        }
    }
}
