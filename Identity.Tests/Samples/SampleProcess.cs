using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Identity.Tests.Support;

namespace Identity.Tests.Samples;

/// <summary>A program of <c>samples/</c> in a process of its own, which does not outlive the test.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly StringBuilder output = new();

    private SampleProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>A C# sample, as the build has left it.</summary>
    public static SampleProcess Start(string sample, params string[] arguments) => Run("dotnet", ["exec", Dll(sample), .. arguments]);

    /// <summary>A program of another language; the test skips where there is none to run it.</summary>
    public static SampleProcess Run(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = Path.Combine(Repository.Root, "samples") };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed.");
            throw;
        }
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Waits until the program has said something.</summary>
    public Task<string> SaysAsync(string text) => UntilAsync(said => said.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits for the end and answers what was said.</summary>
    public async Task<string> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, Output);
        return Output;
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> UntilAsync(Predicate<string> enough, string what)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            if (enough(Output))
            {
                return Output;
            }

            Assert.False(process.HasExited, $"ended before it said {what}: {Output}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"never said {what}: {Output}");
        return "";
    }

    // artifacts/bin/<project>/<configuration>, beside the tests' own.
    private static string Dll(string sample)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, sample, own.Name, $"{sample}.dll");
    }

    private void Append(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
