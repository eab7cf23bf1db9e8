using System.Net;
using System.Text.Json.Nodes;
using Identity.Server;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace Identity.Tests.Support;

/// <summary>The real server on a real socket, with its own folder (SQLite file, master key, mail), a clock that a test moves, and cheap password hashes.</summary>
public class IdentityHost : IAsyncLifetime
{
    /// <summary>The secret of every confidential client that <see cref="Clients"/> describes.</summary>
    public const string Secret = "a-secret-of-a-test-client-with-more-than-32-characters";

    private WebApplication? app;

    public ManualClock Clock { get; init; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>What others answer when we call them; a call to anybody who is not registered throws.</summary>
    public Outside Outside { get; } = new();

    /// <summary>Everything that was logged, for tests that look for what must not be there.</summary>
    public LogMemory Log { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("identity-test-").FullName;

    public string MailFolder => Path.Combine(Folder, "mail");

    /// <summary>No cookies, no redirects: what another server would send.</summary>
    public HttpClient BackChannel { get; private set; } = null!;

    public Uri Address => BackChannel.BaseAddress!;

    public string Issuer => Address.GetLeftPart(UriPartial.Authority);

    public IServiceProvider Services => app!.Services;

    internal IdentityStore Store => Services.GetRequiredService<IdentityStore>();

    /// <summary>Settings beside the defaults, <c>--Name=value</c>. A fixture overrides it.</summary>
    protected virtual IEnumerable<string> Settings => [];

    /// <summary>The environment; Development has the legacy APIs and the demo client.</summary>
    protected virtual string Environment => "Development";

    /// <summary>Registrations, RFC 7591 names. A fixture overrides or extends it.</summary>
    protected virtual JsonArray Clients =>
    [
        new JsonObject { ["client_id"] = "web", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("password", "refresh_token", "client_credentials"), ["scope"] = "openid profile email phone address offline_access api", ["first_party"] = true },
        new JsonObject { ["client_id"] = "post", ["client_secret"] = Secret, ["token_endpoint_auth_method"] = "client_secret_post", ["grant_types"] = new JsonArray("password", "refresh_token"), ["scope"] = "openid profile email", ["first_party"] = true },
        new JsonObject { ["client_id"] = "app", ["token_endpoint_auth_method"] = "none", ["grant_types"] = new JsonArray("password", "refresh_token"), ["scope"] = "openid profile email offline_access", ["first_party"] = true },
        new JsonObject { ["client_id"] = "other", ["client_secret"] = Secret, ["grant_types"] = new JsonArray("client_credentials", "refresh_token"), ["scope"] = "openid api" },
        new JsonObject { ["client_id"] = "tv", ["client_name"] = "The Television", ["token_endpoint_auth_method"] = "none", ["grant_types"] = new JsonArray("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"), ["scope"] = "openid profile offline_access api" },
        new JsonObject { ["client_id"] = "watcher", ["client_secret"] = Secret, ["grant_types"] = new JsonArray(), ["may_introspect"] = true },
        new JsonObject { ["client_id"] = "https://api.example", ["client_secret"] = Secret, ["grant_types"] = new JsonArray() },
    ];

    private string SettingsFile => Path.Combine(Folder, "test.json");

    public virtual async ValueTask InitializeAsync()
    {
        await WriteSettingsAsync();
        await StartAsync();
    }

    /// <summary>Writes the registrations into the settings file; the next start reads it.</summary>
    protected async Task WriteSettingsAsync()
    {
        var json = new JsonObject
        {
            [nameof(Clients)] = Clients,
            ["Scopes"] = new JsonArray(new JsonObject { ["name"] = "api" }),
            ["Resources"] = new JsonArray(new JsonObject { ["name"] = "https://api.example", ["scopes"] = new JsonArray("api") }),
        };
        await File.WriteAllTextAsync(SettingsFile, json.ToJsonString());
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
        // Whatever a whole class of tests did. The words must not repeat what they complain of.
        var log = Log.Text;
        Assert.False(Confidential.Any(secret => log.Contains(secret, StringComparison.Ordinal)), $"A secret stands in the log of {GetType().Name}.");
    }

    /// <summary>What must never be logged, by no test of this host.</summary>
    protected virtual IEnumerable<string> Confidential => [Secret, "correct horse battery"];

    /// <summary>Stops the server and starts another on the same folder.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>An account that can sign in with <paramref name="password"/>.</summary>
    internal async Task<Account> AddAccountAsync(NewAccount account, string password = "correct horse battery")
    {
        var (created, mistake) = await Services.GetRequiredService<AccountRegistry>().CreateAsync(account with { Password = account.Password ?? password }, "test", CancellationToken.None);
        Assert.Equal(AccountMistake.None, mistake);
        return created!;
    }

    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    private async Task StartAsync()
    {
        string[] settings =
        [
            $"--environment={Environment}",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Identity=Data Source={Path.Combine(Folder, "identity.db")}",
            $"--Mail:PickupDirectory={MailFolder}",
            "--Accounts:PasswordIterations=1",
            .. Settings,
        ];
        app = ServerApplication.Build(settings, [SettingsFile], builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
            builder.Services.PostConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(handlers => handlers.PrimaryHandler = Outside));
            builder.Logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
            builder.Logging.AddFilter("Microsoft", LogLevel.Information);
            Configure(builder);
        });
        await app.PrepareAsync();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        BackChannel = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = new Uri(address) };
    }

    private async Task StopAsync()
    {
        BackChannel?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
            app = null;
        }

        SqliteConnection.ClearAllPools();
    }
}
