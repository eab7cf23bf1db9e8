using System.Text.Unicode;
using Identity.Compat;
using Identity.OpenId.Authorize;
using Identity.OpenId.Token;
using Identity.Server.Accounts;
using Identity.Server.Accounts.SecondFactors;
using Identity.Server.Authorize;
using Identity.Server.ClientRegistration;
using Identity.Server.Clients;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Device;
using Identity.Server.Discovery;
using Identity.Server.External;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Jobs;
using Identity.Server.Keys;
using Identity.Server.Languages;
using Identity.Server.Mail;
using Identity.Server.Pages;
using Identity.Server.Passkeys;
using Identity.Server.Pictures;
using Identity.Server.Proofs;
using Identity.Server.Sessions;
using Identity.Server.Token;
using Identity.Server.Token.Grants;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.WebEncoders;

namespace Identity.Server;

/// <summary>What the server is made of. Settings are read and judged here, once; everything later gets values.</summary>
internal static class Composition
{
    /// <summary>Our sections of the configuration.</summary>
    internal static IReadOnlyDictionary<string, Type> Sections { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["Hosting"] = typeof(HostingOptions),
        ["Data"] = typeof(DataOptions),
        ["Keys"] = typeof(KeysOptions),
        ["Accounts"] = typeof(AccountsOptions),
        ["Mail"] = typeof(MailOptions),
        ["Compat"] = typeof(CompatOptions),
        ["External"] = typeof(ExternalOptions),
        ["Audit"] = typeof(AuditOptions),
        ["Telemetry"] = typeof(TelemetryOptions),
        ["Registration"] = typeof(RegistrationOptions),
        ["Brand"] = typeof(BrandOptions),
    };

    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var (services, configuration, environment) = (builder.Services, builder.Configuration, builder.Environment);
        var (development, production) = (environment.IsDevelopment(), environment.IsProduction());
        var compat = LegacyApis.Read(configuration);
        var external = Settings.Read<ExternalOptions>(configuration, "External", options => options.Mistakes(production));
        var apps = ExternalApps.Read(configuration);
        var appNames = new ExternalAppList([.. apps.All.Select(app => app.Name)]);
        var apis = LegacyApis.List(compat, servesByDefault: development, [.. apps.All.Select(app => (app.Name, app.Provider is ExternalApp.QQ ? GrantTypes.QQ : GrantTypes.WeChat))]);

        services.TryAddSingleton(TimeProvider.System);
        var hosting = Settings.Read<HostingOptions>(configuration, "Hosting", options => options.Mistakes());
        services.AddSingleton(hosting);
        var issuer = IssuerSetting.Read(configuration, hosting, production);
        services.AddSingleton(issuer);
        services.AddSingleton(Settings.Read<KeysOptions>(configuration, "Keys", options => options.Mistakes()));
        services.AddSingleton(Settings.Read<MailOptions>(configuration, "Mail", options => options.Mistakes()));
        services.AddSingleton(Settings.Read<BrandOptions>(configuration, "Brand", options => options.Mistakes()));
        services.AddSingleton(compat);
        services.AddSingleton(apis);
        services.AddSingleton(appNames);
        services.AddExternal(external, apps);

        AddOperations(services, configuration, hosting);
        AddData(services, configuration);
        AddKeys(services);
        AddAccounts(services, Settings.Read<AccountsOptions>(configuration, "Accounts", options => options.Mistakes(production).Concat(new RelyingParty(issuer, options).Mistakes())));

        services.AddSingleton(ScopeDirectory.Read(configuration, LegacyApis.Names, development));
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<ClientAuthenticator>();
        services.AddSingleton<ConfiguredClients>();
        services.AddSingleton<ClientRegistry>();
        services.AddSingleton(Settings.Read<RegistrationOptions>(configuration, "Registration", options => options.Mistakes()));
        services.AddSingleton<RegisteredClients>();

        services.AddSingleton<IGrant, AuthorizationCodeGrant>();
        services.AddSingleton<IGrant, PasswordGrant>();
        services.AddSingleton<IGrant, RefreshTokenGrant>();
        services.AddSingleton<IGrant, ClientCredentialsGrant>();
        services.AddSingleton<IGrant, DeviceCodeGrant>();
        services.AddSingleton<IGrant, TokenExchangeGrant>();
        services.AddSingleton<IGrant, ApiKeyGrant>();
        services.AddSingleton(provider => new GrantTypeList([.. provider.GetServices<IGrant>().Select(grant => grant.GrantType)]));
        services.AddSingleton<TokenExchange>();
        services.AddSingleton<Subjects>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<RefreshFamilies>();
        services.AddSingleton<ReferenceTokens>();
        services.AddSingleton<PublishedDocuments>();
        services.AddSingleton<ReplayMemory>();
        services.AddSingleton<DPoPNonces>();
        services.AddSingleton<DPoPProofs>();
        services.AddSingleton<ClientDocuments>();
        services.AddSingleton<ClientKeys>();
        services.AddSingleton<SectorIdentifiers>();
        services.AddSingleton<ClientAssertions>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<LogoutQueue>();
        services.AddSingleton<LogoutDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<LogoutDelivery>());
        // What a redirect would lead to is not what was registered.
        services.AddHttpClient(ClientDocuments.HttpName).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddHttpClient(LogoutDelivery.HttpName).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddHttpClient(StrangersHttp.Name).ConfigurePrimaryHttpMessageHandler(StrangersHttp.Handler);
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<DeviceCodes>();
        services.AddSingleton<DeviceRequests>();
        services.AddSingleton<VerifiedTokens>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton(provider => new PromptValues(provider.GetRequiredService<AccountsOptions>().Registration));
        services.AddSingleton<AuthorizeFlow>();
        services.AddSingleton<PendingRequests>();
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<LogoutRequests>();
        services.AddSingleton<Consents>();
        services.AddSingleton<AccountPictures>();
        services.AddSingleton<Profiles>();
        services.AddSingleton<EmailChanges>();
        services.AddSingleton<PasswordResets>();
        services.AddSingleton<AccountRemoval>();
        services.AddSingleton<AccountExport>();
        services.AddSingleton<OwnApiKey>();
        AddPasskeys(services);
        AddPages(services, secure: issuer.IsHttps && !hosting.AllowInsecureHttp);

        services.AddSingleton<LegacyMembers>();
        services.AddSingleton<ITokenExchange, LegacyTokenExchange>();
        services.AddSingleton<IAccountDesk, AccountDesk>();
        services.AddSingleton<IApiKeys, ApiKeyDesk>();
        services.AddSingleton<LegacyUsage>();
        services.AddSingleton<UsageLedger>();

        services.AddSingleton<SnapshotRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<SnapshotRefresh>());
        services.AddSingleton<KeyRotation>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRotation>());
        services.AddSingleton<MailDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<MailDelivery>());
        services.AddSingleton<UsageKeeping>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageKeeping>());
        services.AddSingleton<Pruning>();
        services.AddHostedService(provider => provider.GetRequiredService<Pruning>());
    }

    public static IEnumerable<string> UnknownSettings(IConfiguration configuration) => UnknownKeys.In(configuration, Sections)
        // Lists are read whole, entry by entry, and not bound.
        .Where(key => !string.Equals(key, "External:QQ:Apps", StringComparison.OrdinalIgnoreCase) && !string.Equals(key, "External:WeChat:Apps", StringComparison.OrdinalIgnoreCase));

    // First of all: what starts first stops last, and the audit trail hears of everything before it.
    private static void AddOperations(IServiceCollection services, IConfiguration configuration, HostingOptions hosting)
    {
        services.AddSingleton(Settings.Read<AuditOptions>(configuration, "Audit", options => options.Mistakes()));
        var telemetry = Settings.Read<TelemetryOptions>(configuration, "Telemetry", options => options.Mistakes());
        services.AddSingleton(telemetry);
        services.AddHttpContextAccessor();
        services.AddSingleton<Telemetry>();
        if (telemetry.OtlpEndpoint is { Length: > 0 })
        {
            services.AddHostedService<TelemetryExport>();
        }

        services.AddHostedService<ShutdownDelay>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = hosting.ShutdownDelay + ShutdownDelay.Rest);
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<AuditWriting>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditWriting>());
        services.AddSingleton<JobRuns>();
    }

    private static void AddPasskeys(IServiceCollection services)
    {
        services.AddSingleton<RelyingParty>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<PasskeyStore>();
        services.AddSingleton<AccountPasskeys>();
        services.AddSingleton<PasskeySignIn>();
        // A manager of its own: to authenticators the user's id is the subject, and the store that accounts are made with counts rows.
        services.AddSingleton<IPasskeyHandler<Account>>(provider => new PasskeyHandler<Account>(
            new UserManager<Account>(
                provider.GetRequiredService<PasskeyStore>(), Options.Create(new IdentityOptions()), provider.GetRequiredService<IPasswordHasher<Account>>(), [], [],
                new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(), provider, provider.GetRequiredService<ILogger<UserManager<Account>>>()),
            Options.Create(provider.GetRequiredService<RelyingParty>().Options())));
    }

    private static void AddPages(IServiceCollection services, bool secure)
    {
        // RFC 6265bis §4.1.3.2, as the session's: a neighbour who could plant such a cookie would know what goes with it.
        var prefix = secure ? "__Host-" : "";
        services.AddRazorPages();
        services.AddAntiforgery(forgery => Keep(forgery.Cookie, $"{prefix}identity-forgery"));
        services.Configure<CookieTempDataProviderOptions>(next => Keep(next.Cookie, $"{prefix}identity-next"));
        // A page in Chinese is Chinese, and not a row of character references.
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new(UnicodeRanges.All));
        services.AddTransient(_ => Words.Current);
        services.AddSingleton<PageFiles>();

        static void Keep(CookieBuilder cookie, string name)
        {
            cookie.Name = name;
            cookie.Path = "/";
            // A client's redirect is a navigation from another site: Strict would not be sent with it, and each tab would get a new cookie that voids the forms of the others.
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }
    }

    private static void AddData(IServiceCollection services, IConfiguration configuration)
    {
        var options = Settings.Read<DataOptions>(configuration, "Data");
        DatabaseAddress address;
        try
        {
            address = DatabaseAddress.Of(configuration.GetConnectionString("Identity") ?? "Data Source=identity.db");
        }
        catch (ArgumentException mistake)
        {
            // The text itself may hold a password.
            throw new SettingsException("ConnectionStrings:Identity is not a connection string of SQLite or PostgreSQL.", mistake);
        }

        services.AddSingleton(address);
        services.AddSingleton(_ => new WriteGate(oneWriter: address.IsSqlite));
        services.AddSingleton(provider => new Retries(enabled: !address.IsSqlite, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Retries>>()));
        services.AddSingleton(options);
        services.AddSingleton<SqliteReaders>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<IdentityStore>();
        services.AddSingleton<Migrator>();
        services.AddPooledDbContextFactory<IdentityDb>(db =>
        {
            if (!address.IsSqlite)
            {
                db.UseNpgsql(address.ConnectionString);
                return;
            }

            db.UseSqlite(address.ConnectionString);
            if (options.SqliteSynchronous == SqliteSynchronous.Normal)
            {
                db.AddInterceptors(new SynchronousNormal());
            }
        });
    }

    private static void AddKeys(IServiceCollection services)
    {
        services.AddSingleton<MasterKey>();
        services.AddSingleton<MasterKeyFile>();
        services.AddSingleton<RootKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<DataProtectionRing>();
        services.AddDataProtection().SetApplicationName("CloudMind.Identity");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = provider.GetRequiredService<DataProtectionRing>();
            options.XmlEncryptor = new MasterKeyXmlEncryptor(provider.GetRequiredService<MasterKey>());
        }));
    }

    private static void AddAccounts(IServiceCollection services, AccountsOptions options)
    {
        services.AddSingleton(options);
        // Names and passwords have their own rules (SignInName, AccountRegistry); Identity's would contradict them.
        services.AddIdentityCore<Account>().AddEntityFrameworkStores<IdentityDb>();
        services.RemoveAll<IUserValidator<Account>>();
        services.RemoveAll<IPasswordValidator<Account>>();
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = options.PasswordIterations);
        services.RemoveAll<IPasswordHasher<Account>>();
        services.AddSingleton<IPasswordHasher<Account>, AccountPasswordHasher>();
        services.AddSingleton<HashQueue>();
        services.AddSingleton<Throttle>();
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<AuthenticatorApps>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<AppPasswords>();
        services.AddSingleton<RememberedDevices>();
        services.AddSingleton<SecondSteps>();
        services.AddSingleton<TwoStepVerification>();
        services.AddSingleton<PasswordRule>();
        services.AddSingleton<AccountRegistry>();
        services.AddSingleton<Registrations>();
        services.AddSingleton<EmailCodes>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<MailTransport>();
        services.AddSingleton<Letters>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Notices>();
    }
}
