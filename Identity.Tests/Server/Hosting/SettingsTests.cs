using Identity.Server;
using Identity.Server.Hosting;
using Identity.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Identity.Tests.Server.Hosting;

/// <summary>A setting that the server cannot start with is one sentence that names it.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("identity-test-").FullName;

    public static TheoryData<string, string> Wrong => new()
    {
        { "--Issuer=id.example", "Issuer must be an absolute URL without query, fragment or a slash at the end." },
        { "--Issuer=ftp://id.example", "Issuer must be an absolute URL without query, fragment or a slash at the end." },
        { "--Issuer=https://id.example/", "Issuer must be an absolute URL without query, fragment or a slash at the end." },
        { "--Issuer=https://id.example?a=b", "Issuer must be an absolute URL without query, fragment or a slash at the end." },
        { "--Issuer=https://id.example#a", "Issuer must be an absolute URL without query, fragment or a slash at the end." },
        { "--ConnectionStrings:Identity=nonsense", "ConnectionStrings:Identity is not a connection string of SQLite or PostgreSQL." },
        { "--ConnectionStrings:Identity=Data Source=/nowhere/at/all.db", "ConnectionStrings:Identity: the database cannot be opened. SQLite Error 14: 'unable to open database file'." },
        { "--Keys:MasterKeyFile=/nowhere/at/all.key", "Keys:MasterKeyFile: /nowhere/at/all.key cannot be written." },
        { "--Keys:MasterKeyFile=/dev/null", "Keys:MasterKeyFile: /dev/null must hold the base64 of 32 octets." },
        { "--Keys:Announce=soon", "Keys:Announce has a value of the wrong type." },
        { "--Keys:Announce=00:00:59", "Keys:Announce must be between one minute and 90 days." },
        { "--Keys:Sign=1.00:00:00", "Keys:Sign must not be shorter than Announce." },
        { "--Hosting:KnownProxies:0=proxy.example", "Hosting:KnownProxies must hold IP addresses or networks such as 10.0.0.0/8." },
        { "--Hosting:KnownProxies:0=10.0.0.0/33", "Hosting:KnownProxies must hold IP addresses or networks such as 10.0.0.0/8." },
        { "--Hosting:ShutdownDelay=01:00:00", "Hosting:ShutdownDelay must be between zero and five minutes." },
        { "--Audit:RetentionDays=0", "Audit:RetentionDays must be between 1 and 36500." },
        { "--Telemetry:OtlpEndpoint=collector", "Telemetry:OtlpEndpoint must be an http or https URL." },
        { "--Telemetry:TraceRatio=2", "Telemetry:TraceRatio must be between 0 and 1." },
        { "--Telemetry:Interval=00:00:00", "Telemetry:Interval must be between one second and one hour." },
        { "--Hosting:AllowInsecureHttp=perhaps", "Hosting:AllowInsecureHttp has a value of the wrong type." },
        { "--Accounts:PasswordIterations=many", "Accounts:PasswordIterations has a value of the wrong type." },
        { "--Accounts:PasswordIterations=it's many", "Accounts:PasswordIterations has a value of the wrong type." },
        { "--Accounts:PasswordIterations=0", "Accounts:PasswordIterations must be between 1 and 10000000." },
        { "--Accounts:PasswordMinLength=5", "Accounts:PasswordMinLength must be between 6 and 128." },
        { "--Accounts:Throttle:FailuresPerName=0", "Accounts:Throttle:FailuresPerName must be at least 1." },
        { "--Accounts:Throttle:FailuresPerAddress=-1", "Accounts:Throttle:FailuresPerAddress must be at least 1." },
        { "--Mail:Transport=Pigeon", "Mail:Transport has a value of the wrong type." },
        { "--Mail:Transport=Smtp", "Mail:Smtp:Host is missing." },
        { "--Mail:From=nobody", "Mail:From must be a mailbox." },
        { "--Mail:Smtp:Port=0", "Mail:Smtp:Port must be between 1 and 65535." },
        { "--Mail:Smtp:Deadline=00:10:00", "Mail:Smtp:Deadline must be between one second and five minutes." },
        { "--Mail:PickupDirectory=/dev/null/mail", "Mail:PickupDirectory: /dev/null/mail cannot be made." },
        { "--Data:SqliteSynchronous=Sometimes", "Data:SqliteSynchronous has a value of the wrong type." },
        { "--Compat:CloudMind:Enabled=perhaps", "Compat:CloudMind:Enabled has a value of the wrong type." },
        { "--Compat:CloudMind:ExpiryFormat=Fortnight", "Compat:CloudMind:ExpiryFormat has a value of the wrong type." },
        { "--Compat:NleCloud:NumbersFrom=0", "Compat:NleCloud:NumbersFrom must be at least 1." },
        { "--Compat:RageFrame:Prefixes:0=api", "Compat:RageFrame:Prefixes must be empty or begin with a slash, end without one, and hold no pattern." },
        { "--Compat:NleCloud:RememberMeLifetime=31.00:00:00", "Compat:NleCloud:RememberMeLifetime must be between one minute and 30 days." },
        { "--Scopes:0=api", "Scopes:0 must be an object." },
        { "--Scopes:0:name=a b", "Scopes:0:name must be one scope token." },
        { "--Scopes:0:name=openid", "Scopes:0:name is taken already." },
        { "--Scopes:0:name=a --Scopes:1:name=a", "Scopes:0:name is taken already." },
        { "--Scopes:0:name=a --Scopes:0:claims:0=password", "Scopes:0:claims must be standard claims of OpenID Connect." },
        { "--Scopes:0:title=a", "Scopes:0 has a setting that is unknown, missing or of the wrong type ($.title)." },
        { "--Resources:0:name=api", "Resources:0:name must be an absolute URI (RFC 8707)." },
        { "--Resources:0:name=https://api.example --Resources:0:scopes:0=unheard", "Resources:0:scopes names a scope that is not in Scopes." },
        { "--Clients:0=web", "Clients:0 must be an object." },
        { "--Clients:0:client_name=Web", "Clients:0:client_id must be 1 to 128 printable ASCII characters without spaces." },
        { "--Clients:0:client_id=a b", "Clients:0:client_id must be 1 to 128 printable ASCII characters without spaces." },
        { "--Clients:0:client_id=u_1", "Clients:0:client_id must not begin with u_, as subjects of accounts do." },
        { "--Clients:0:client_id=a", "Clients:0:client_secret or client_secret_hash is missing." },
        { "--Clients:0:client_id=a --Clients:0:redirect_urls:0=x", "Clients:0:redirect_urls is not a setting of a client, or its value is of the wrong type." },
        { "--Clients:0:client_id=a --Clients:0:grant_types=password", "Clients:0:grant_types is not a setting of a client, or its value is of the wrong type." },
        { "--Clients:0:client_id=a --Clients:0:first_party=perhaps", "Clients:0:first_party is not a setting of a client, or its value is of the wrong type." },
        { "--Clients:0:client_id=a --Clients:0:access_token_lifetime=long", "Clients:0:access_token_lifetime is not a setting of a client, or its value is of the wrong type." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:0:access_token_lifetime=1", "Clients:0:access_token_lifetime must be between 00:00:10 and 30.00:00:00." },
        { "--Clients:0:client_id=a --Clients:0:token_endpoint_auth_method=tls_client_auth", "Clients:0:token_endpoint_auth_method must be one of client_secret_basic, client_secret_post, private_key_jwt, none." },
        { "--Clients:0:client_id=a --Clients:0:token_endpoint_auth_method=none --Clients:0:client_secret=s", "Clients:0:client_secret has no use with this token_endpoint_auth_method." },
        { "--Clients:0:client_id=a --Clients:0:client_secret_hash=abc", "Clients:0:client_secret_hash must be the base64url of a SHA-256, 43 characters." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:0:grant_types:0=implicit", "Clients:0:grant_types has implicit, which is not one of authorization_code, password, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:token-exchange, urn:cloudmind:grant-type:api-key." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:0:grant_types:0=password", "Clients:0:grant_types has password, which takes first_party: true." },
        { "--Clients:0:client_id=a --Clients:0:token_endpoint_auth_method=none --Clients:0:grant_types:0=client_credentials", "Clients:0:grant_types has client_credentials, which a public client cannot use." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:0:scope=unheard", "Clients:0:scope has unheard, which is neither a standard scope nor one of Scopes." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:0:id_token_signed_response_alg=HS256", "Clients:0:id_token_signed_response_alg must be RS256 or ES256." },
        { "--Clients:0:client_id=a --Clients:0:client_secret=s --Clients:1:client_id=a --Clients:1:client_secret=s", "Clients:1:client_id is used twice." },
        { "--Clients:0:client_id=a --Clients:0:token_endpoint_auth_method=internal", "Clients:0:token_endpoint_auth_method: internal belongs to the clients of the legacy APIs (cloudmind, nlecloud, rageframe), and to them alone." },
        { "--Compat:NleCloud:RetiredRoutes:0=/Users/Logn", "Compat: RetiredRoutes has /Users/Logn, which is not a route of a legacy API." },
        { "--Compat:RageFrame:RetiredRoutes:0=GET_/v1/site/login", "Compat: RetiredRoutes has GET_/v1/site/login, which is not a route of a legacy API." },
        { "--Clients:0:client_id=cloudmind --Clients:0:client_secret=s", "Clients:0:token_endpoint_auth_method: internal belongs to the clients of the legacy APIs (cloudmind, nlecloud, rageframe), and to them alone." },
    };

    public static TheoryData<string, string> WrongInProduction => new()
    {
        { "", "Issuer is missing: Production needs the server's public https URL." },
        { "--Issuer=", "Issuer is missing: Production needs the server's public https URL." },
        { "--Issuer=http://id.example", "Issuer must begin with https:// in Production." },
        { "--Issuer=http://id.example --Hosting:AllowInsecureHttp=perhaps", "Hosting:AllowInsecureHttp has a value of the wrong type." },
        { "--Issuer=https://id.example --Accounts:PasswordIterations=99999", "Accounts:PasswordIterations must be between 100000 and 10000000." },
        { "--Issuer=https://id.example --Clients:0:client_id=a --Clients:0:client_secret=only-31-characters-long-1234567", "Clients:0:client_secret must have 32 characters or more in Production." },
        { "--Issuer=https://id.example --ConnectionStrings:Identity=Host=127.0.0.1;Port=1", "Keys:MasterKeyFile is missing: with PostgreSQL in Production the master key must be configured." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public Task A_wrong_setting_is_one_sentence_that_names_it(string settings, string sentence) => RefusesAsync("Development", settings, sentence);

    [Theory]
    [MemberData(nameof(WrongInProduction))]
    public Task What_Production_does_not_take_is_one_sentence_too(string settings, string sentence) => RefusesAsync("Production", settings, sentence);

    [Fact]
    public void A_settings_file_that_is_missing_or_no_JSON_is_one_sentence()
    {
        var bad = Path.Combine(folder, "bad.json");
        File.WriteAllText(bad, "{");
        Assert.Equal($"--config: {bad}.not does not exist.", Assert.Throws<SettingsException>(() => ServerApplication.Build([], [bad + ".not"])).Message);
        Assert.Equal($"--config: {bad} is not a JSON file.", Assert.Throws<SettingsException>(() => ServerApplication.Build([], [bad])).Message);
    }

    [Fact]
    public async Task A_bad_registration_stops_a_server_that_has_written_nothing()
    {
        await RefusesAsync("Development", "--Clients:0:client_id=a", "Clients:0:client_secret or client_secret_hash is missing.");
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_database_opens_with_its_own_master_key_alone()
    {
        await StartAsync("");
        var key = Path.Combine(folder, "identity.key");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        await StartAsync("");
        var kept = await File.ReadAllTextAsync(key);
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]));
        await RefusesAsync("Development", "", $"Keys:MasterKeyFile: {key} is not the key that the database was made with.");
        File.Delete(key);
        await RefusesAsync("Development", "", $"Keys:MasterKeyFile: {key} does not exist, and the database cannot be read without the key it was made with.");
        await File.WriteAllTextAsync(key, kept);
        await StartAsync("");
    }

    [Fact]
    public async Task An_unknown_key_is_a_warning_that_names_it()
    {
        var log = await StartAsync("--Hosting:KnownProxy=10.0.0.1 --Accounts:Throttle:FailuresPerNmae=3 --Compat:CloudMind:Enabeld=true --Mail:Smtp:Host=mail.example");
        Assert.Equal(
            "Accounts:Throttle:FailuresPerNmae is not a setting of this server\nCompat:CloudMind:Enabeld is not a setting of this server\nHosting:KnownProxy is not a setting of this server",
            string.Join('\n', log.Lines.Where(line => line is { Level: LogLevel.Warning, Event.Id: 1002 }).Select(line => line.Text.Trim()).Order(StringComparer.Ordinal)));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task RefusesAsync(string environment, string settings, string sentence)
    {
        var mistake = await Assert.ThrowsAsync<SettingsException>(async () => await StartAsync(settings, environment));
        Assert.Equal(sentence, mistake.Message);
    }

    private async Task<LogMemory> StartAsync(string settings, string environment = "Development")
    {
        var log = new LogMemory();
        string[] arguments =
        [
            $"--environment={environment}",
            $"--ConnectionStrings:Identity=Data Source={Path.Combine(folder, "identity.db")}",
            $"--Mail:PickupDirectory={Path.Combine(folder, "mail")}",
            .. settings.Split(" --").Select((part, index) => index == 0 ? part : "--" + part).Where(part => part.Length > 0),
        ];
        await using var app = ServerApplication.Build(arguments, [], builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.PrepareAsync();
        return log;
    }
}
