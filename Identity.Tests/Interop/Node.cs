using System.ComponentModel;
using System.Diagnostics;
using Identity.Tests.Support;

namespace Identity.Tests.Interop;

/// <summary>A script of this folder under node. Where node or the packages are missing, the test says so and skips.</summary>
internal static class Node
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "Identity.Tests", "Interop");

    public static string Packages { get; } = Path.Combine(Folder, "node_modules");

    /// <summary>Skips the test unless <paramref name="package"/> is installed.</summary>
    public static void Need(string package)
    {
        if (!Directory.Exists(Path.Combine(Packages, package)))
        {
            Assert.Skip("The packages of Identity.Tests/Interop are not installed: run npm ci there.");
        }
    }

    /// <summary>Runs a script to its end and answers what it printed; fails when it fails. It does not outlive the call.</summary>
    public static async Task<string> RunAsync(string script, string issuer, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("node", [script, issuer]) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var node = Start(start);
        try
        {
            var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromMinutes(2));
            await node.WaitForExitAsync(deadline.Token);
            Assert.True(node.ExitCode == 0, $"{await output}\n{await error}");
            return await output;
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed.");
            throw;
        }
    }
}
