using System.Net.Sockets;
using System.Text;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>SIGTERM: what has begun is finished, and the exit code says that all is well.</summary>
[Collection(OneAtATime.Name)]
public sealed class ShutdownTests
{
    [Fact]
    public async Task Requests_in_flight_are_answered_before_a_terminated_server_ends()
    {
        using var folder = new ServerFolder();
        await using var server = await ServerProcess.Serve(folder).ReadyAsync();
        const string Body = "grant_type=client_credentials&client_id=demo&scope=nothing";
        using var connection = new TcpClient(server.Address.Host, server.Address.Port);
        var stream = connection.GetStream();
        var head = $"POST /connect/token HTTP/1.1\r\nHost: {server.Address.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {Body.Length}\r\n"
            + $"Authorization: {BackChannel.Basic(ServerProcess.Client, Identity.Server.Clients.DemoClients.Secret)}\r\nExpect: 100-continue\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        // The server says "100 Continue" when it begins to read the body: the request is in flight now.
        var buffer = new byte[4096];
        var begun = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        Assert.StartsWith("HTTP/1.1 100", begun, StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[..10]));

        server.Terminate();
        await server.UntilAsync(() => server.Output.Contains("shutting down", StringComparison.Ordinal), "begin to shut down");
        Assert.False(server.HasExited);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[10..]));

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        // The whole pipeline ran, and said what is wrong with the request.
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("invalid_scope", answer, StringComparison.Ordinal);
        Assert.Equal(0, await server.EndAsync());
        Assert.Equal("", server.Error);
    }

    [Fact]
    public async Task Readiness_turns_red_with_the_word_to_stop_and_requests_are_answered_until_the_delay_is_over()
    {
        using var folder = new ServerFolder();
        await using var server = await ServerProcess.Serve(folder, "--Hosting:ShutdownDelay=00:00:03").ReadyAsync();
        Assert.Equal(200, (await server.GetAsync("/health/ready")).Status);
        server.Terminate();
        await server.UntilAsync(() => server.Output.Contains("shutting down", StringComparison.Ordinal), "begin to shut down");
        var ready = await server.GetAsync("/health/ready");
        Assert.Equal((503, """{"status":"stopping"}"""), (ready.Status, ready.Body));
        // It is told to go elsewhere, and whoever has not heard of it yet is served: on a connection of its own too.
        Assert.Equal(200, (await server.GetAsync("/health/live")).Status);
        using var late = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(200, (int)(await late.GetAsync("/.well-known/jwks")).StatusCode);
        Assert.Equal(200, (await server.PostAsync("/connect/token", [("grant_type", "client_credentials")])).Status);
        Assert.Equal(0, await server.EndAsync());
        Assert.Equal("", server.Error);
    }
}
