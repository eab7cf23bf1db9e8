using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Identity.Tests.Support;

/// <summary>nginx with the configuration of docs/deploy, in a process and a folder of its own: nothing but its ports, certificate and nodes is changed.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";

    private readonly Process process;
    private readonly DirectoryInfo folder;

    private Nginx(Process process, DirectoryInfo folder) => (this.process, this.folder) = (process, folder);

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Missing => File.Exists(Program) ? null : $"{Program} is missing: tests of the reverse proxy need Debian's nginx-light.";

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="port">Where it serves https.</param>
    /// <param name="certificate">A PEM file with certificate and key.</param>
    /// <param name="node">The server behind it.</param>
    public static async Task<Nginx> StartAsync(int port, string certificate, Uri node)
    {
        var place = Directory.CreateTempSubdirectory("identity-nginx-");
        string In(string name) => Path.Combine(place.FullName, name);
        var site = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "deploy", "nginx.conf")))
            .Replace("listen 80;", $"listen 127.0.0.1:{FreePort()};", StringComparison.Ordinal)
            .Replace("listen 443 ssl;", $"listen 127.0.0.1:{port} ssl;", StringComparison.Ordinal)
            .Replace("/etc/ssl/id.example.com/fullchain.pem", certificate, StringComparison.Ordinal)
            .Replace("/etc/ssl/id.example.com/privkey.pem", certificate, StringComparison.Ordinal)
            .Replace("server 127.0.0.1:5000 ", $"server {node.Authority} ", StringComparison.Ordinal);
        await File.WriteAllTextAsync(In("site.conf"), site);
        var temporary = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {In(kind)}; "));
        await File.WriteAllTextAsync(In("nginx.conf"), $"{(Environment.IsPrivilegedProcess ? "user root;" : "")} worker_processes 1; pid {In("pid")}; events {{ }} http {{ access_log off; {temporary} include {In("site.conf")}; }}");
        var started = Process.Start(new ProcessStartInfo(Program, ["-p", place.FullName, "-c", In("nginx.conf"), "-e", In("error.log"), "-g", "daemon off;"]) { UseShellExecute = false })!;
        await SmtpServer.UntilAsync(
            async () =>
            {
                Assert.False(started.HasExited, started.HasExited ? await File.ReadAllTextAsync(In("error.log")) : "");
                try
                {
                    using var probe = new TcpClient();
                    await probe.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "an nginx that listens");
        return new(started, place);
    }

    public async ValueTask DisposeAsync()
    {
        // Its workers end with their connection to it.
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }
}
