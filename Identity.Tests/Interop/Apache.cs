using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Identity.Tests.Support;

namespace Identity.Tests.Interop;

/// <summary>Debian's Apache with mod_auth_openidc in a folder of its own: a web server whose every page but one asks for a sign-in at ours.</summary>
internal sealed class Apache : IAsyncDisposable
{
    private const string Executable = "/usr/sbin/apache2";
    private const string Modules = "/usr/lib/apache2/modules";
    private const int MaxPolls = 300;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("identity-apache-");
    private Process? process;

    private Apache()
    {
    }

    /// <summary>Why Apache cannot be started here; null when it can.</summary>
    public static string? Missing =>
        File.Exists(Executable) && File.Exists(Path.Combine(Modules, "mod_auth_openidc.so")) ? null : "Apache with mod_auth_openidc is not installed: apt-get install libapache2-mod-auth-openidc.";

    public string Address { get; private set; } = "";

    public string Log => File.Exists(In("error.log")) ? File.ReadAllText(In("error.log")) : "";

    /// <summary>Ports that were free a moment ago, all different.</summary>
    public static IReadOnlyList<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    public static string Of(int port) => $"http://127.0.0.1:{port}";

    /// <summary>Starts on the first of <paramref name="ports"/> that nobody else took in the meantime.</summary>
    public static async Task<Apache> StartAsync(IEnumerable<int> ports, string issuer, string secret)
    {
        var apache = new Apache();
        try
        {
            foreach (var port in ports)
            {
                if (await apache.ListensAsync(port, issuer, secret))
                {
                    return apache;
                }
            }

            throw new InvalidOperationException($"Apache does not start.\n{apache.Log}");
        }
        catch
        {
            await apache.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }

    private async Task<bool> ListensAsync(int port, string issuer, string secret)
    {
        Address = Of(port);
        Write(port, issuer, secret);
        // The shell ends Apache when its own input ends, and so when this process dies, however it dies.
        process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" -f \"$1\" -DFOREGROUND & read end; kill $!; wait", Executable, In("apache.conf")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        using var http = new HttpClient();
        using var timer = new PeriodicTimer(Pause);
        for (var poll = 0; poll < MaxPolls && !Log.Contains("could not bind", StringComparison.Ordinal); poll++)
        {
            try
            {
                // Somebody else's server on this port would not have this page.
                if (await http.GetStringAsync($"{Address}/open/") is "open to all\n" && File.Exists(In("apache.pid")))
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await StopAsync();
        File.Delete(In("error.log"));
        return false;
    }

    private async Task StopAsync()
    {
        if (process is null)
        {
            return;
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    private string In(string name) => Path.Combine(folder.FullName, name);

    private void Write(int port, string issuer, string secret)
    {
        // Apache's children give root away and must read the pages still.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        }

        foreach (var (place, text) in new[] { ("site", "for those who are signed in\n"), ("site/open", "open to all\n") })
        {
            Directory.CreateDirectory(In(place));
            File.WriteAllText(In($"{place}/index.html"), text);
        }

        File.WriteAllText(In("apache.conf"), $$"""
            ServerRoot "{{folder.FullName}}"
            DefaultRuntimeDir "{{folder.FullName}}"
            PidFile apache.pid
            ErrorLog error.log
            LogLevel warn
            ServerName 127.0.0.1
            Listen 127.0.0.1:{{port}}
            LoadModule mpm_event_module {{Modules}}/mod_mpm_event.so
            LoadModule authn_core_module {{Modules}}/mod_authn_core.so
            LoadModule authz_core_module {{Modules}}/mod_authz_core.so
            LoadModule authz_user_module {{Modules}}/mod_authz_user.so
            LoadModule dir_module {{Modules}}/mod_dir.so
            LoadModule headers_module {{Modules}}/mod_headers.so
            LoadModule auth_openidc_module {{Modules}}/mod_auth_openidc.so
            User www-data
            Group www-data
            StartServers 1
            ServerLimit 1
            ThreadsPerChild 8
            MaxRequestWorkers 8
            DocumentRoot "{{In("site")}}"
            OIDCProviderMetadataURL {{issuer}}/.well-known/openid-configuration
            OIDCClientID apache-{{port}}
            OIDCClientSecret {{secret}}
            OIDCRedirectURI {{Address}}/callback
            OIDCDefaultLoggedOutURL {{Address}}/open/
            OIDCCryptoPassphrase a-passphrase-for-the-cookies-of-one-test
            OIDCPKCEMethod S256
            OIDCScope "openid profile email"
            OIDCRemoteUserClaim preferred_username
            <Location />
              AuthType openid-connect
              Require valid-user
              Header set X-Remote-User "expr=%{REMOTE_USER}"
              Header set X-Subject "%{OIDC_CLAIM_sub}e"
              Header set X-Email "%{OIDC_CLAIM_email}e"
              Header set X-Access-Token "%{OIDC_access_token}e"
            </Location>
            <Location /open/>
              AuthType None
              Require all granted
            </Location>
            """);
    }
}
