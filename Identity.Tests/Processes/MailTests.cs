using System.Net;
using System.Net.Http.Json;
using Identity.Tests.Support;

namespace Identity.Tests.Processes;

/// <summary>The executable and a real SMTP server that wants STARTTLS and a password.</summary>
[Collection(OneAtATime.Name)]
public sealed class MailTests : IDisposable
{
    private const string User = "identity";
    private const string Password = "a password of the mail server";

    private readonly ServerFolder folder = new();
    private readonly string certificate;

    public MailTests()
    {
        if (SmtpServer.Missing is { } reason)
        {
            Assert.Skip(reason);
        }

        certificate = folder.Write("smtp.pem", Certificates.ForLocalhost());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_code_goes_encrypted_and_authenticated_and_only_to_a_server_that_is_trusted()
    {
        await using var smtp = await SmtpServer.StartAsync(certificate, User, Password);
        // Nobody trusts the certificate here.
        await using (var wary = await ServeAsync(smtp, Password, trusts: false))
        {
            await AskAsync(wary, "lei@example.com");
            await wary.UntilAsync(() => wary.Output.Contains("A mail could not be sent", StringComparison.Ordinal), "fail to send a mail");
            Assert.Contains("AuthenticationException", wary.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("lei@example.com", wary.Output, StringComparison.Ordinal);
            Assert.Empty(smtp.Mails);
            wary.Terminate();
            Assert.Equal(0, await wary.EndAsync());
        }

        // The next node trusts it, and sends what was left behind.
        await using var server = await ServeAsync(smtp, Password, trusts: true);
        await smtp.UntilMailsAsync(1);
        await AskAsync(server, "han@example.com");
        await smtp.UntilMailsAsync(2);
        Assert.All(smtp.Mails, mail => Assert.StartsWith($"X-Test-Tls: True\nX-Test-User: {User}\n", mail, StringComparison.Ordinal));
        Assert.Equal(["lei@example.com", "han@example.com"], smtp.Mails.Select(mail => mail.Split('\n')[2]["X-Receiver: ".Length..]));
    }

    [Fact]
    public async Task A_wrong_password_of_ours_keeps_the_mail_for_when_the_operator_has_mended_it()
    {
        await using var smtp = await SmtpServer.StartAsync(certificate, User, Password);
        await using (var server = await ServeAsync(smtp, "another password", trusts: true))
        {
            await AskAsync(server, "lei@example.com");
            await server.UntilAsync(() => server.Output.Contains("A mail could not be sent", StringComparison.Ordinal), "fail to send a mail");
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
        }

        Assert.Empty(smtp.Mails);
        Assert.Equal("waiting", Assert.Single(folder.Query("SELECT state FROM outbox_mails"))[0]);
    }

    private async Task<ServerProcess> ServeAsync(SmtpServer smtp, string password, bool trusts) => await ServerProcess.Start(
        folder,
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", "--Accounts:PasswordIterations=1",
            "--Mail:Transport=Smtp", "--Mail:Smtp:Host=localhost", $"--Mail:Smtp:Port={smtp.Port}", $"--Mail:Smtp:UserName={User}", $"--Mail:Smtp:Password={password}",
        ],
        trusts ? new Dictionary<string, string>(StringComparer.Ordinal) { ["SSL_CERT_FILE"] = certificate } : null).ReadyAsync();

    private static async Task AskAsync(ServerProcess server, string mailbox)
    {
        using var answer = await server.Http.PostAsJsonAsync("/usercenter/v1/tools/SendEmail", new { email = mailbox });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
