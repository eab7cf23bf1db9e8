using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Identity.Tests.Support;

/// <summary>
/// The real executable in a process of its own, which can be killed. It listens where the system finds a free port and
/// says so on its output, so no two tests ever meet on one.
/// </summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    /// <summary>The demonstration client of Development.</summary>
    public const string Client = "demo";

    // A start takes a second; a machine that does twenty things at once may take this long and no test waits for it otherwise.
    private const int MaxPolls = 600;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private HttpClient? http;

    private ServerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
    }

    public string Output => Read(output);

    public string Error => Read(error);

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Known once it is ready.</summary>
    public Uri Address => Http.BaseAddress!;

    public HttpClient Http => http ?? throw new InvalidOperationException("The server is not ready yet.");

    /// <summary>Starts a Development server with cheap password hashes, and does not wait for it.</summary>
    public static ServerProcess Serve(ServerFolder folder, params string[] settings) =>
        Start(folder, ["--environment=Development", "--urls=http://127.0.0.1:0", "--Accounts:PasswordIterations=1", .. settings]);

    /// <summary>Starts the executable with these arguments and this environment alone.</summary>
    public static ServerProcess Start(ServerFolder folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "identity.dll"), .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };

        // What the shell or the build has set for itself is no setting of this server.
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name is "DOTNET_ENVIRONMENT" || name.Contains("__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        // A process that lives for seconds gains nothing from profiling itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(new Process { StartInfo = start });
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        if (input is not null)
        {
            server.process.StandardInput.Write(input);
        }

        server.process.StandardInput.Close();
        return server;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(ServerFolder folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        await using var server = Start(folder, arguments, environment, input);
        return (await server.EndAsync(), server.Output, server.Error);
    }

    /// <summary>Waits until the server answers its discovery document.</summary>
    public async Task<ServerProcess> ReadyAsync()
    {
        await UntilAsync(() => ListeningOn().IsMatch(Output), "listen");
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(ListeningOn().Match(Output).Groups["url"].Value) };
        using var answer = await http.GetAsync("/.well-known/openid-configuration");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return this;
    }

    /// <summary>Waits for something that the process does; fails when it ends first.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var poll = 0; poll < MaxPolls; poll++)
        {
            if (condition())
            {
                return;
            }

            Assert.False(process.HasExited, $"The server ended before it could {what}.\n{Output}\n{Error}");
            await timer.WaitForNextTickAsync();
        }

        Assert.Fail($"The server did not {what} in time.\n{Output}\n{Error}");
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed, as when the machine's memory killer comes.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: what service managers and containers send.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(process.Id, 15));

    /// <summary>Waits for the end and answers the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Pause * MaxPolls);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The process did not end in time.\n{Output}\n{Error}");
        }

        return process.ExitCode;
    }

    /// <summary>A form to the server; with the demonstration client's credentials unless told otherwise.</summary>
    public async Task<Answer> PostAsync(string path, IEnumerable<(string Name, string Value)> form, string? client = Client, string secret = Identity.Server.Clients.DemoClients.Secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        request.Headers.Authorization = client is null ? null : BackChannel.Basic(client, secret);
        using var response = await Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    /// <summary>JSON to the server, as the old APIs' clients send it.</summary>
    public async Task<Answer> PostJsonAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> SignInAsync(string name, string password, string scope = "openid offline_access") =>
        PostAsync("/connect/token", [("grant_type", "password"), ("username", name), ("password", password), ("scope", scope)]);

    public Task<Answer> RefreshAsync(string token) => PostAsync("/connect/token", [("grant_type", "refresh_token"), ("refresh_token", token)]);

    public Task<Answer> RevokeAsync(string token) => PostAsync("/connect/revoke", [("token", token)]);

    public async Task<Answer> GetAsync(string path, string? accessToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = accessToken is null ? null : new("Bearer", accessToken);
        using var response = await Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        http?.Dispose();
        process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            _ = line is null ? text : text.Append(line).Append('\n');
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [GeneratedRegex(@"Now listening on: (?<url>http\S+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListeningOn();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
