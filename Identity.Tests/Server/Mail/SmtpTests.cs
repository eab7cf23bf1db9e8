using System.Net;
using System.Net.Sockets;
using System.Text;
using Identity.Server.Hosting;
using Identity.Server.Mail;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Mail;

/// <summary>One attempt to hand a mail to a server, whatever the server does.</summary>
public sealed class SmtpTests
{
    private static readonly Letter Letter = new Letters(new BrandOptions()).Code("lei@example.com", "012345", null);

    [Fact]
    public async Task A_code_goes_to_the_configured_server()
    {
        using var server = new Listener();
        var talk = server.TalkAsync();
        Assert.Null((await server.SendAsync(TimeSpan.FromSeconds(30))).Failure);
        var heard = await talk;
        Assert.Contains("RCPT TO:<lei@example.com>", heard, StringComparison.Ordinal);
        Assert.Contains("Your code is 012345", heard, StringComparison.Ordinal);
        Assert.Matches("(?im)^message-id: <[0-9a-f]{32}@localhost>\r?$", heard);
        Assert.Empty(server.Log.Lines);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_at_the_deadline_and_the_log_names_no_mailbox()
    {
        using var server = new Listener();
        Assert.Equal(new Delivery("Deadline", Final: false), await server.SendAsync(TimeSpan.FromMilliseconds(50)));
        var line = Assert.Single(server.Log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.DoesNotContain("lei@example.com", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("012345", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_no_service_may_have_one_later()
    {
        using var server = new Listener();
        var talk = server.TalkAsync(greeting: "554 no service here");
        var delivery = await server.SendAsync(TimeSpan.FromSeconds(30));
        await talk;
        Assert.False(delivery.Final);
        Assert.NotNull(delivery.Failure);
    }

    [Fact]
    public async Task A_server_that_does_not_encrypt_gets_nothing_where_STARTTLS_is_wanted()
    {
        using var server = new Listener();
        var talk = server.TalkAsync();
        var delivery = await server.SendAsync(TimeSpan.FromSeconds(30), startTls: true);
        var heard = await talk;
        Assert.NotNull(delivery.Failure);
        Assert.DoesNotContain("012345", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("lei@example.com", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_after_the_text_is_left_at_the_deadline()
    {
        if (SmtpServer.Missing is { } reason)
        {
            Assert.Skip(reason);
        }

        await using var server = await SmtpServer.StartAsync();
        server.Behave("hang");
        Assert.Equal(new Delivery("Deadline", Final: false), await Transport(server.Port, TimeSpan.FromSeconds(1), startTls: false, new()).SendAsync(Guid.Empty, Letter, CancellationToken.None));
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData(null, "012345 is your code", "Your code is 012345", "您的验证码是", "Your code is")]
    [InlineData("en", "012345 is your code", "Your code is 012345", "Your code is", "012345</p>")]
    [InlineData("zh-CN", "您的验证码：012345", "您的验证码是 012345", "您的验证码是", "012345</p>")]
    public void A_mail_speaks_the_language_that_was_asked_for_and_otherwise_both(string? language, string subject, string text, string html, string alsoHtml)
    {
        using var message = new Letters(new BrandOptions()).Code("lei@example.com", "012345", language).Write("no-reply@id.example");
        Assert.Equal(subject, message.Subject);
        Assert.Contains(text, message.Body, StringComparison.Ordinal);
        using var reader = new StreamReader(message.AlternateViews.Single().ContentStream);
        var markup = reader.ReadToEnd();
        Assert.Contains(html, markup, StringComparison.Ordinal);
        Assert.Contains(alsoHtml, markup, StringComparison.Ordinal);
        Assert.Equal(language is null, markup.Contains("lang=\"zh-CN\"", StringComparison.Ordinal) && markup.Contains("lang=\"en\"", StringComparison.Ordinal));
        Assert.DoesNotContain("{0}", markup + message.Body, StringComparison.Ordinal);
    }

    private static MailTransport Transport(int port, TimeSpan deadline, bool startTls, LogMemory log) => new(
        new MailOptions { Transport = MailTransportKind.Smtp, Smtp = { Host = "127.0.0.1", Port = port, StartTls = startTls, Deadline = deadline } },
        TimeProvider.System,
        LoggerFactory.Create(logging => logging.AddProvider(log)).CreateLogger<MailTransport>());

    /// <summary>As much of RFC 5321 as one mail needs.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Listener() => listener.Start();

        public LogMemory Log { get; } = new();

        public Task<Delivery> SendAsync(TimeSpan deadline, bool startTls = false) =>
            Transport(((IPEndPoint)listener.LocalEndpoint).Port, deadline, startTls, Log).SendAsync(Guid.Empty, Letter, CancellationToken.None);

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
