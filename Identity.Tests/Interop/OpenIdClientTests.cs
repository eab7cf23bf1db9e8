using System.ComponentModel;
using System.Diagnostics;
using Identity.Server.Accounts;
using Identity.Tests.Support;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Identity.Tests.Interop;

/// <summary>The certified client library <c>openid-client</c> under node drives the server.</summary>
public sealed class OpenIdClientTests(OpenIdClientTests.RealClockHost host) : IClassFixture<OpenIdClientTests.RealClockHost>
{
    [Fact]
    public async Task A_strangers_client_library_works_with_this_server()
    {
        var folder = Folder();
        if (folder is null || !Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Assert.Skip("The packages of Identity.Tests/Interop are not installed: run npm ci there.");
        }

        await host.AddAccountAsync(new NewAccount { UserName = "stranger", Email = "stranger@example.com", EmailVerified = true });
        var start = new ProcessStartInfo("node", ["openid-client.mjs", host.Issuer]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["USER_NAME"], start.Environment["PASSWORD"], start.Environment["SECRET"]) = ("stranger", "correct horse battery", IdentityHost.Secret);
        using var node = Start(start);
        if (node is null)
        {
            Assert.Skip("node is not installed.");
        }

        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await node.WaitForExitAsync(deadline.Token);
        Assert.True(node.ExitCode == 0, $"{await output}\n{await error}");
        Assert.Contains("ok revokes", await output, StringComparison.Ordinal);
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // Beside the solution, wherever that was cloned to.
    private static string? Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CloudMind.Identity.sln")))
            {
                return Path.Combine(folder.FullName, "Identity.Tests", "Interop");
            }
        }

        return null;
    }

    /// <summary>The library holds <c>exp</c> against the real time.</summary>
    public sealed class RealClockHost : IdentityHost
    {
        protected override void Configure(WebApplicationBuilder builder) => builder.Services.Replace(ServiceDescriptor.Singleton(TimeProvider.System));
    }
}
