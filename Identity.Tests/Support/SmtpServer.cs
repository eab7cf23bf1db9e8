using System.Diagnostics;
using System.Globalization;

namespace Identity.Tests.Support;

/// <summary>A real SMTP server, Debian's python3-aiosmtpd, in a process and a folder of its own.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private const int MaxPolls = 300;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly Lazy<string?> Reason = new(FindMissing);

    private readonly Process process;
    private readonly DirectoryInfo folder;

    private SmtpServer(Process process, DirectoryInfo folder, int port) => (this.process, this.folder, Port) = (process, folder, port);

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Missing => Reason.Value;

    public int Port { get; }

    /// <summary>Every mail that was taken, oldest first.</summary>
    public IReadOnlyList<string> Mails => [.. folder.EnumerateFiles("*.eml").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => File.ReadAllText(file.FullName))];

    /// <param name="certificate">A PEM file with certificate and key: then only STARTTLS is taken.</param>
    /// <param name="user">Then only this user's mail is taken.</param>
    /// <param name="password">The user's.</param>
    public static async Task<SmtpServer> StartAsync(string? certificate = null, string? user = null, string? password = null)
    {
        var place = Directory.CreateTempSubdirectory("identity-smtp-");
        await File.WriteAllTextAsync(Path.Combine(place.FullName, "mode"), "accept");
        var started = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Repository.Root, "Identity.Tests", "Server", "Mail", "smtp_server.py"), place.FullName, certificate ?? "", user ?? "", password ?? ""])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        // Read away, or a server that complains would stop when nobody listens.
        started.ErrorDataReceived += (_, _) => { };
        started.BeginErrorReadLine();
        var line = await started.StandardOutput.ReadLineAsync();
        Assert.StartsWith("port ", line, StringComparison.Ordinal);
        return new(started, place, int.Parse(line![5..], CultureInfo.InvariantCulture));
    }

    /// <summary>How it behaves from now on; see smtp_server.py.</summary>
    public void Behave(string mode) => File.WriteAllText(Path.Combine(folder.FullName, "mode"), mode);

    /// <summary>Waits for something that the server or its client does.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var poll = 0; poll < MaxPolls; poll++)
        {
            if (await condition())
            {
                return;
            }

            await timer.WaitForNextTickAsync();
        }

        Assert.Fail($"It did not come to pass in time: {what}.");
    }

    public Task UntilMailsAsync(int count) => UntilAsync(() => Task.FromResult(Mails.Count >= count), $"{count} mails");

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private static string? FindMissing()
    {
        if (!File.Exists(Python))
        {
            return $"{Python} is missing.";
        }

        using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import aiosmtpd"]) { UseShellExecute = false, RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "Debian's python3-aiosmtpd is missing: tests of mail by SMTP need it.";
    }
}
