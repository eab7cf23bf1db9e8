using System.Diagnostics;
using System.Text.Json;

namespace Bench.Load;

/// <summary>A server that is measured: how it starts, and what it is sent.</summary>
internal abstract class Subject(string name, int port) : IDisposable
{
    /// <summary>The core that servers run on; this program has another.</summary>
    public const int Core = 0;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(60) };

    private Process? process;

    public string Name => name;

    public int Port => port;

    public string Url => $"http://127.0.0.1:{port}";

    public int ProcessId => process!.Id;

    /// <summary>What is different about its work.</summary>
    public abstract string Note { get; }

    /// <summary>How it stores: <c>FULL</c>, <c>NORMAL</c>, <c>memory</c>.</summary>
    public abstract string Durability { get; }

    /// <summary>How it hashes passwords.</summary>
    public virtual string Hashing => "";

    /// <summary>MB at rest, after the start.</summary>
    public double IdleMemory { get; set; }

    /// <summary>The largest that was seen after some work.</summary>
    public double LoadMemory { get; set; }

    /// <summary>A path that answers 2xx when the server can serve.</summary>
    protected abstract string Ready { get; }

    protected abstract ProcessStartInfo Command();

    /// <summary>What is needed beforehand: tokens, accounts.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>What the connections send in a workload; null where the server has no such thing.</summary>
    public abstract IReadOnlyList<Call>? Calls(string workload);

    /// <summary>How long its start took.</summary>
    public TimeSpan UntilReady { get; private set; }

    public async Task StartAsync()
    {
        var began = Stopwatch.GetTimestamp();
        Launch();
        await AnswersAsync();
        UntilReady = Stopwatch.GetElapsedTime(began);
        await PrepareAsync();
    }

    /// <summary>Stops, starts again and waits for the first token.</summary>
    public async Task<TimeSpan> RestartAsync(bool pinned)
    {
        Stop();
        var began = Stopwatch.GetTimestamp();
        Launch(pinned);
        await AnswersAsync();
        var call = Calls(Workload.ClientCredentials)![0];
        using var connection = new Connection(port);
        return connection.Send(call.Next()) == 200 ? Stopwatch.GetElapsedTime(began) : throw new InvalidOperationException($"{name}: no token after the second start.");
    }

    public void Dispose() => Stop();

    /// <summary>Posts a form and reads JSON; for preparations.</summary>
    protected async Task<JsonElement> PostAsync(string path, string? basic, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url + path)) { Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        if (basic is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", basic);
        }

        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{name}{path}: {(int)answer.StatusCode} {text}");
    }

    protected static ProcessStartInfo Pinned(string directory, string file, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("taskset") { WorkingDirectory = directory };
        foreach (var argument in new[] { "-c", Core.ToString(System.Globalization.CultureInfo.InvariantCulture), file }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private void Launch(bool pinned = true)
    {
        var start = Command();
        if (!pinned)
        {
            start.ArgumentList[1] = "0-" + (Environment.GetEnvironmentVariable("BENCH_LAST_CORE") ?? "1");
        }

        var log = Path.Combine(start.WorkingDirectory, "log");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static void Append(string log, string? line)
    {
        lock (Http)
        {
            File.AppendAllText(log, line + "\n");
        }
    }

    private async Task AnswersAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (process!.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"{name} does not start; its log is in {Command().WorkingDirectory}.");
            }

            try
            {
                using var answer = await Http.GetAsync(new Uri(Url + Ready));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(10);
        }
    }

    private void Stop()
    {
        if (process is { HasExited: false })
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            if (!process.WaitForExit(15_000))
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process?.Dispose();
        process = null;
    }
}
