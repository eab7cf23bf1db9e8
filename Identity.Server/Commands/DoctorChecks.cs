using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Server.Mail;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Commands;

/// <summary>The doctor's look at the server around its clients. Nothing here writes.</summary>
internal sealed class DoctorChecks(IServiceProvider services, IConfiguration configuration, bool production, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drift = TimeSpan.FromMinutes(1);

    private readonly HostingOptions hosting = services.GetRequiredService<HostingOptions>();
    private readonly IssuerSetting issuer = services.GetRequiredService<IssuerSetting>();
    private readonly IdentityStore store = services.GetRequiredService<IdentityStore>();
    private readonly DateTimeOffset now = services.GetRequiredService<TimeProvider>().GetUtcNow();

    public IEnumerable<Finding> Configuration()
    {
        ListeningAddresses.Check(configuration);
        _ = services.GetRequiredService<Clients.ConfiguredClients>().Read();
        var unknown = Composition.UnknownSettings(configuration).ToList();
        foreach (var key in unknown)
        {
            yield return Finding.Bad("configuration", $"{key} is not a setting of this server.", "Correct its spelling (appsettings.example.json has every setting) or take it out: as it stands it does nothing.");
        }

        if (unknown.Count == 0)
        {
            yield return Finding.Good("configuration", production ? "read, Production" : "read, not Production");
        }

        if (production && hosting.AllowInsecureHttp)
        {
            yield return Finding.Mind("configuration", "Hosting:AllowInsecureHttp lets passwords and tokens pass in clear.", "Take it out unless nothing but a trusted mesh reaches this server.");
        }
    }

    public IEnumerable<Finding> Proxies()
    {
        if (hosting.KnownProxies.Any(proxy => proxy.EndsWith("/0", StringComparison.Ordinal)))
        {
            yield return Finding.Bad("proxies", "Hosting:KnownProxies believes everybody: any client can say where it comes from.", "Name the addresses or networks of your reverse proxies.");
        }
        else if (hosting.KnownProxies.Count == 0 && issuer.Configured?.StartsWith("https://", StringComparison.Ordinal) == true && !Listening().Contains("https://", StringComparison.OrdinalIgnoreCase))
        {
            yield return Finding.Bad("proxies", "The issuer is https, this server listens on http, and no proxy is known: every request will look insecure and every client will have the proxy's address.", "Set Hosting:KnownProxies to the reverse proxy that ends TLS.");
        }
        else
        {
            yield return Finding.Good("proxies", hosting.KnownProxies.Count == 0 ? "none, clients come directly" : string.Join(", ", hosting.KnownProxies));
        }
    }

    public IEnumerable<Finding> Cookies()
    {
        if (issuer.Configured is null)
        {
            yield return Finding.Mind("cookies", "No Issuer is set: it is whatever host a request names.", "Set Issuer before anybody but you uses this server.");
        }
        else if (issuer.Configured.StartsWith("http://", StringComparison.Ordinal))
        {
            yield return new("cookies", production ? Grade.Failure : Grade.Warning, "The issuer is http: cookies go without Secure and without the __Host- prefix.", "Serve over https and set Issuer accordingly.");
        }
        else
        {
            yield return Finding.Good("cookies", "Secure, HttpOnly, SameSite=Lax, __Host-");
        }
    }

    public async IAsyncEnumerable<Finding> MailAsync()
    {
        var options = services.GetRequiredService<MailOptions>();
        if (options.Transport == MailTransportKind.Pickup)
        {
            yield return production
                ? Finding.Bad("mail", $"Mail is written into the folder {options.PickupDirectory} and reaches nobody.", "Set Mail:Transport to Smtp and Mail:Smtp:Host.")
                : Finding.Good("mail", $"written into the folder {options.PickupDirectory}");
            yield break;
        }

        if (options.Smtp is { StartTls: false, UserName.Length: > 0 })
        {
            yield return Finding.Bad("mail", "The mail server's password is sent in clear.", "Set Mail:Smtp:StartTls.");
        }

        if (production && options.From.EndsWith("@localhost", StringComparison.Ordinal))
        {
            yield return Finding.Mind("mail", "Mail comes from a mailbox at localhost, which other servers refuse.", "Set Mail:From.");
        }

        var answer = await GreetAsync(options.Smtp);
        yield return answer switch
        {
            null => Finding.Bad("mail", $"{options.Smtp.Host}:{options.Smtp.Port} does not answer as a mail server.", "Check Mail:Smtp:Host and Port, and whether a firewall lies between."),
            _ when options.Smtp.StartTls && !answer.Contains("STARTTLS", StringComparison.OrdinalIgnoreCase) => Finding.Bad("mail", $"{options.Smtp.Host}:{options.Smtp.Port} does not offer STARTTLS.", "Use the submission port (587); port 465's implicit TLS is not spoken here."),
            _ => Finding.Good("mail", $"{options.Smtp.Host}:{options.Smtp.Port} answers"),
        };
    }

    public async Task<Finding> PublicAddressAsync()
    {
        if (issuer.Configured is not { } address)
        {
            return Finding.Good("public address", "none is set");
        }

        try
        {
            using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(DoctorCommand.HttpName);
            client.Timeout = Patience;
            using var response = await client.GetAsync(new Uri($"{address}/.well-known/openid-configuration"), cancellationToken);
            using var metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            if (!response.IsSuccessStatusCode || !metadata.RootElement.TryGetProperty("issuer", out var told) || !string.Equals(told.GetString(), address, StringComparison.Ordinal))
            {
                return Finding.Bad("public address", $"{address} answers as somebody else ({(int)response.StatusCode}).", "Point the name, or the reverse proxy behind it, at this server.");
            }

            return response.Headers.Date is { } date && (date - now).Duration() > Drift
                ? Finding.Mind("public address", $"{address} answers, and its clock differs from this one's by {(date - now).Duration():c}.", "Run a time service on every node: tokens carry instants.")
                : Finding.Good("public address", $"{address} answers");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Finding.Bad("public address", $"{address} cannot be reached from here ({failure.GetType().Name}).", "Start the server, and check name, certificate and reverse proxy. Clients need this address.");
        }
    }

    public async Task<Finding> DatabaseAsync()
    {
        var address = services.GetRequiredService<DatabaseAddress>();
        if (address.File is { } file && !File.Exists(file))
        {
            return Finding.Bad("database", $"{file} does not exist.", "Run this in the server's folder, or set ConnectionStrings:Identity; a first start makes it.");
        }

        try
        {
            return await services.GetRequiredService<Migrator>().IsCurrentAsync(cancellationToken)
                ? Finding.Good("database", address.IsSqlite ? "SQLite, migrated" : "PostgreSQL, migrated")
                : Finding.Bad("database", "It lacks steps of this version's schema.", "identity migrate, or start the server.");
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException)
        {
            return Finding.Bad("database", $"It cannot be read ({failure.GetType().Name}).", "Check ConnectionStrings:Identity and whether the database runs; a new one wants identity migrate.");
        }
    }

    public async Task<Finding> ClockAsync()
    {
        if (!services.GetRequiredService<DatabaseAddress>().IsSqlite)
        {
            var there = (await store.ReadAsync(db => db.Database.SqlQuery<long>($"SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS \"Value\"").ToListAsync(cancellationToken), cancellationToken))[0];
            var off = (DateTimeOffset.FromUnixTimeMilliseconds(there) - now).Duration();
            if (off > Drift)
            {
                return Finding.Bad("clock", $"It differs from the database server's by {off:c}.", "Run a time service on every machine: codes and tokens live for seconds.");
            }
        }

        var latest = await store.ReadAsync(db => db.AuditEvents.MaxAsync(row => (DateTimeOffset?)row.At, cancellationToken), cancellationToken);
        return latest > now + Drift
            ? Finding.Bad("clock", $"The audit trail has an event of {latest:u}, which is still to come.", "This clock, or another node's, is wrong: run a time service.")
            : Finding.Good("clock", now.ToString("u", CultureInfo.InvariantCulture));
    }

    public async Task<IReadOnlyList<Finding>> KeysAsync()
    {
        var file = services.GetRequiredService<MasterKeyFile>();
        var (path, keys, options) = (file.FindPath(), services.GetRequiredService<SigningKeys>(), services.GetRequiredService<KeysOptions>());
        if (!File.Exists(path))
        {
            return [Finding.Bad("keys", $"The master key {path} does not exist.", "Set Keys:MasterKeyFile, or bring the file back from where you keep its copy: the database cannot be read without it.")];
        }

        var findings = new List<Finding>();
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None)
        {
            findings.Add(Finding.Bad("keys", $"Others can read the master key {path}.", $"chmod 600 {path}"));
        }

        try
        {
            await file.OpenAsync(cancellationToken);
            await keys.LoadAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is SettingsException or CryptographicException)
        {
            return [.. findings, Finding.Bad("keys", failure is SettingsException ? failure.Message : "A signing key cannot be opened with the master key.", "Bring back the master key that this database was made with.")];
        }

        if (!keys.Loaded)
        {
            return [.. findings, Finding.Bad("keys", "There is no signing key.", "Start the server once; it makes them.")];
        }

        var oldest = keys.Ages().MaxBy(key => key.Age);
        findings.Add(oldest.Age > options.Sign + TimeSpan.FromDays(1)
            ? Finding.Bad("keys", $"The {oldest.Algorithm} key has been signing for {oldest.Age.Days} days: nobody rotates it.", "Let the server run (its job rotates keys), and look at identity jobs.")
            : Finding.Good("keys", $"{string.Join(", ", keys.Ages().Select(key => $"{key.Algorithm} since {key.Age.Days} days"))}"));
        return findings;
    }

    public async Task<IReadOnlyList<Finding>> JobsAsync()
    {
        var rows = await store.ReadAsync(db => db.JobRuns.AsNoTracking().OrderBy(row => row.Job).ToListAsync(cancellationToken), cancellationToken);
        var broken = rows.Where(row => row.FailedAt is { } failed && failed >= row.LastRunAt).ToList();
        return broken.Count == 0
            ? [Finding.Good("jobs", rows.Count == 0 ? "none has run yet" : $"{rows.Count} ran last without failure")]
            : [.. broken.Select(row => Finding.Bad("jobs", $"{row.Job} on {row.Node} failed at {row.FailedAt:u} ({row.LastFailure}).", "The log of that node has the failure under event 3000."))];
    }

    public async Task<Finding> OutboxAsync()
    {
        var late = now - TimeSpan.FromMinutes(5);
        var (dead, waiting) = await store.ReadAsync(
            async db => (await db.OutboxMails.CountAsync(row => row.State == OutboxMailRow.GivenUp, cancellationToken), await db.OutboxMails.CountAsync(row => row.State == OutboxMailRow.Waiting && row.CreatedAt < late, cancellationToken)),
            cancellationToken);
        return dead + waiting == 0
            ? Finding.Good("outbox", "nothing is late")
            : Finding.Mind("outbox", $"{waiting} mails wait for more than five minutes, {dead} were given up in the last 30 days.", "The log says why under events 1402 and 1403.");
    }

    private string Listening() => string.Join(';', configuration["urls"], configuration["https_ports"] is { Length: > 0 } ? "https://" : "", configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).FirstOrDefault(url => url?.StartsWith("https", StringComparison.OrdinalIgnoreCase) == true));

    /// <summary>Greeting and EHLO of RFC 5321 §4.1.1.1: what the server says it can do; null when it is no mail server.</summary>
    private async Task<string?> GreetAsync(SmtpOptions smtp)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Patience);
            using var connection = new TcpClient();
            await connection.ConnectAsync(smtp.Host, smtp.Port, deadline.Token);
            using var reader = new StreamReader(connection.GetStream());
            await using var writer = new StreamWriter(connection.GetStream()) { NewLine = "\r\n", AutoFlush = true };
            if (await ReplyAsync(reader, deadline.Token) is not { } greeting || !greeting.StartsWith("220", StringComparison.Ordinal))
            {
                return null;
            }

            await writer.WriteLineAsync($"EHLO {Dns.GetHostName()}".AsMemory(), deadline.Token);
            var offer = await ReplyAsync(reader, deadline.Token);
            await writer.WriteLineAsync("QUIT".AsMemory(), deadline.Token);
            return offer?.StartsWith("250", StringComparison.Ordinal) == true ? offer : null;
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // "250-..." goes on, "250 ..." ends; a server that talks for ever is none.
    private static async Task<string?> ReplyAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var reply = new List<string>();
        while (reply.Count < 50 && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            reply.Add(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return string.Join('\n', reply);
            }
        }

        return null;
    }
}
