using System.Data.Common;
using System.Diagnostics.Metrics;
using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Server.Mail;
using Identity.Server.Pages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration.Json;

namespace Identity.Server;

/// <summary>Builds the server from its settings and brings it to the point where it can answer.</summary>
internal static partial class ServerApplication
{
    /// <param name="arguments">Settings from the command line, <c>--Name=value</c>.</param>
    /// <param name="files">Each <c>--config FILE</c>, in order.</param>
    /// <param name="configure">For hosts that replace parts, such as the clock.</param>
    public static WebApplication Build(IReadOnlyList<string> arguments, IReadOnlyList<string> files, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments], ContentRootPath = AppContext.BaseDirectory });
        AddFiles(builder.Configuration, files);
        // Bodies are limited where they are read (64 KiB); this is how much of one that is too long is listened to.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
        });
        builder.AddIdentity();
        // Last, so that what is replaced stands there already.
        configure?.Invoke(builder);
        // After it, because no choice of logs takes the audit trail away, and by its own level: of our words, and of nobody else's.
        builder.Services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<AuditTrail>());
        builder.Logging.AddFilter<AuditTrail>(null, LogLevel.None).AddFilter<AuditTrail>("Identity.Server", LogLevel.Information);

        var app = builder.Build();
        var hosting = app.Services.GetRequiredService<HostingOptions>();
        var issuerPath = app.Services.GetRequiredService<IssuerSetting>().Path;
        app.UseForwardedClient(hosting);
        app.UsePublicPath(issuerPath);
        app.UseProtocolErrors();
        app.UsePageHeaders();
        // A file of the brand that cannot be read stops the start and not the first visitor.
        _ = app.Services.GetRequiredService<PageFiles>();
        app.UseWhen(ForPeople.Is, people =>
        {
            PageLanguage.Use(people);
            people.UseExceptionHandler(ForPeople.ErrorPage);
            people.UseStatusCodePagesWithReExecute(ForPeople.ErrorPage);
        });
        app.UseLegacyPaths(app.Services.GetRequiredService<CompatOptions>());
        app.UseRouting();
        app.UseCrossOrigin(() => app.Services.GetRequiredService<ClientDirectory>().Origins);
        app.UseSecureTransport(hosting, app.Environment.IsProduction());
        app.UseExternal();
        app.MapIdentity(issuerPath, app.Services.GetRequiredService<CompatOptions>(), app.Environment.IsDevelopment());
        return app;
    }

    /// <summary>Database, keys, clients: all that must stand before the first request. Safe to run on many nodes at once.</summary>
    public static async Task PrepareAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        var services = app.Services;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServerApplication).FullName!);
        foreach (var key in Composition.UnknownSettings(app.Configuration))
        {
            UnknownSetting(logger, key);
        }

        // Before anything is written: a mistake stops a server that has changed nothing.
        ListeningAddresses.Check(app.Configuration);
        _ = services.GetRequiredService<ConfiguredClients>().Read();
        await app.PrepareDataAsync(cancellationToken);
        await services.GetRequiredService<SigningKeys>().RotateAsync(cancellationToken);
        await services.GetRequiredService<ConfiguredClients>().ApplyAsync(cancellationToken);
        await services.GetRequiredService<ClientDirectory>().LoadAsync(cancellationToken);
        var keys = services.GetRequiredService<SigningKeys>();
        services.GetRequiredService<Telemetry>().ObserveKeyAge(() => keys.Ages().Select(key => new Measurement<double>(key.Age.TotalSeconds, new KeyValuePair<string, object?>("alg", key.Algorithm))));
        services.GetRequiredService<PasswordSignIn>().Prepare();
        services.GetRequiredService<MailTransport>().Prepare();
    }

    /// <summary>The database and its keys: all that a command needs. The clients are not a command's business: an operator at the prompt does not repeat the configuration of the service, and what he leaves out has not left it.</summary>
    public static async Task PrepareDataAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        var master = app.Services.GetRequiredService<MasterKeyFile>();
        _ = master.FindPath();
        await app.OpenDatabaseAsync(cancellationToken);
        await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        await master.OpenAsync(cancellationToken);
        await app.Services.GetRequiredService<RootKeys>().LoadAsync(cancellationToken);
    }

    /// <summary>Opens the database, or says in one sentence why it cannot be.</summary>
    public static async Task OpenDatabaseAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        var migrator = app.Services.GetRequiredService<Migrator>();
        try
        {
            await migrator.OpenAsync(cancellationToken);
        }
        catch (Exception failure) when ((failure as DbException ?? failure.InnerException) is DbException)
        {
            // EF wraps what it takes for passing. The first line says what it is; what may follow is for the database's administrator.
            throw new SettingsException($"ConnectionStrings:Identity: the database cannot be opened. {(failure as DbException ?? failure.InnerException!).Message.Split('\n')[0]}", failure);
        }
    }

    // After appsettings.json, before the environment and the command line.
    private static void AddFiles(ConfigurationManager configuration, IReadOnlyList<string> files)
    {
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var at = sources.Index().Last(source => source.Item is JsonConfigurationSource).Index;
        foreach (var file in files)
        {
            if (!File.Exists(file))
            {
                throw new SettingsException($"--config: {file} does not exist.");
            }

            var source = new JsonConfigurationSource { Path = Path.GetFullPath(file), Optional = false };
            source.ResolveFileProvider();
            try
            {
                sources.Insert(++at, source);
            }
            catch (InvalidDataException mistake)
            {
                throw new SettingsException($"--config: {file} is not a JSON file.", mistake);
            }
        }
    }

    [LoggerMessage(1002, LogLevel.Warning, "{Key} is not a setting of this server")]
    private static partial void UnknownSetting(ILogger logger, string key);
}
