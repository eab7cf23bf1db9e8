using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Server.Mail;
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

        var app = builder.Build();
        var hosting = app.Services.GetRequiredService<HostingOptions>();
        var issuerPath = app.Services.GetRequiredService<IssuerSetting>().Path;
        app.UseForwardedClient(hosting);
        app.UseProtocolErrors();
        app.UseLegacyPaths(app.Services.GetRequiredService<CompatOptions>());
        if (issuerPath.Length > 0)
        {
            app.UsePathBase(issuerPath);
        }

        app.UseRouting();
        app.UseSecureTransport(hosting, app.Environment.IsProduction());
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

        // Before anything is written: a bad registration stops a server that has changed nothing.
        _ = services.GetRequiredService<ConfiguredClients>().Read();
        _ = services.GetRequiredService<MasterKeyFile>().FindPath();
        try
        {
            await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        }
        catch (SqliteException mistake) when (mistake.SqliteErrorCode == SQLitePCL.raw.SQLITE_CANTOPEN)
        {
            throw new SettingsException($"ConnectionStrings:Identity: {services.GetRequiredService<DatabaseAddress>().File} cannot be opened.", mistake);
        }

        await services.GetRequiredService<MasterKeyFile>().OpenAsync(cancellationToken);
        await services.GetRequiredService<RootKeys>().LoadAsync(cancellationToken);
        await services.GetRequiredService<SigningKeys>().RotateAsync(cancellationToken);
        await services.GetRequiredService<ConfiguredClients>().ApplyAsync(cancellationToken);
        await services.GetRequiredService<ClientDirectory>().LoadAsync(cancellationToken);
        services.GetRequiredService<PasswordSignIn>().Prepare();
        services.GetRequiredService<MailTransport>().Prepare();
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
