using System.Net;
using System.Net.Sockets;
using System.Text;
using Identity.Server.Mail;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Mail;

public sealed class SmtpTests
{
    [Fact]
    public async Task A_code_goes_to_the_configured_server()
    {
        using var server = new Listener();
        var talk = server.TalkAsync();
        await server.Transport(TimeSpan.FromSeconds(30)).SendCodeAsync("lei@example.com", "012345", CancellationToken.None);
        var heard = await talk;
        Assert.Contains("RCPT TO:<lei@example.com>", heard, StringComparison.Ordinal);
        Assert.Contains("Your code is 012345", heard, StringComparison.Ordinal);
        Assert.Empty(server.Log.Lines);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_at_the_deadline_and_only_the_log_learns_of_it()
    {
        using var server = new Listener();
        await server.Transport(TimeSpan.FromMilliseconds(50)).SendCodeAsync("lei@example.com", "012345", CancellationToken.None);
        var line = Assert.Single(server.Log.Lines);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.DoesNotContain("lei@example.com", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("012345", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_does_not_fail_the_request()
    {
        using var server = new Listener();
        var talk = server.TalkAsync(greeting: "554 no service here");
        await server.Transport(TimeSpan.FromSeconds(30)).SendCodeAsync("lei@example.com", "012345", CancellationToken.None);
        await talk;
        Assert.Equal(LogLevel.Error, Assert.Single(server.Log.Lines).Level);
    }

    /// <summary>As much of RFC 5321 as one mail needs.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Listener() => listener.Start();

        public LogMemory Log { get; } = new();

        public MailTransport Transport(TimeSpan deadline) => new(
            new MailOptions
            {
                Transport = MailTransportKind.Smtp,
                Smtp = { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, StartTls = false, Deadline = deadline },
            },
            TimeProvider.System,
            LoggerFactory.Create(logging => logging.AddProvider(Log)).CreateLogger<MailTransport>());

        public async Task<string> TalkAsync(string greeting = "220 ready")
        {
            using var client = await listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
            var heard = new StringBuilder();
            await writer.WriteLineAsync(greeting);
            var inData = false;
            while (greeting.StartsWith('2') && await reader.ReadLineAsync() is { } line)
            {
                heard.AppendLine(line);
                inData = inData ? line != "." : line == "DATA";
                if (line == "QUIT")
                {
                    await writer.WriteLineAsync("221 bye");
                    break;
                }

                if (!inData || line == "DATA")
                {
                    await writer.WriteLineAsync(line == "DATA" ? "354 go on" : "250 ok");
                }
            }

            return heard.ToString();
        }

        public void Dispose() => listener.Dispose();
    }
}
