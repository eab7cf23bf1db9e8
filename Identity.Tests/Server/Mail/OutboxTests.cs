using System.Text.Json.Nodes;
using Identity.Server.Data;
using Identity.Server.Jobs;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Mail;

/// <summary>The outbox in front of a real SMTP server: what is asked for leaves, whatever the server does first, and the request waits for nothing.</summary>
public sealed class OutboxTests : IClassFixture<OutboxTests.Host>
{
    private readonly Host host;

    public OutboxTests(Host host)
    {
        this.host = host;
        if (SmtpServer.Missing is { } reason)
        {
            Assert.Skip(reason);
        }

        host.Server.Behave("accept");
    }

    private MailDelivery Job => host.Services.GetRequiredService<MailDelivery>();

    [Fact]
    public async Task A_posted_mail_leaves_at_once_and_leaves_nothing_behind()
    {
        var before = host.Server.Mails.Count;
        await AskAsync("at-once@example.com");
        // No timer fires here: the job was called.
        await host.Server.UntilMailsAsync(before + 1);
        Assert.Contains("X-Receiver: at-once@example.com", host.Server.Mails[^1], StringComparison.Ordinal);
        Assert.Matches("Your code is [0-9]{6}", host.Server.Mails[^1]);
        await UntilRowAsync(rows => rows.Count == 0, "an empty outbox");
    }

    [Fact]
    public async Task A_greylisted_mail_waits_and_comes_again_and_the_waiting_one_is_sealed()
    {
        host.Server.Behave("greylist");
        var before = host.Server.Mails.Count;
        await AskAsync("grey@example.com");
        await UntilRowAsync(rows => rows is [{ Failure: not null, Attempts: 1, State: OutboxMailRow.Waiting }], "a first attempt");
        var stolen = await DatabaseAsync();

        await Job.RunAsync(CancellationToken.None);
        Assert.Equal(before, host.Server.Mails.Count);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await Job.RunAsync(CancellationToken.None);
        Assert.Equal(before + 1, host.Server.Mails.Count);
        Assert.Empty(await RowsAsync());

        var code = System.Text.RegularExpressions.Regex.Match(host.Server.Mails[^1], "Your code is ([0-9]{6})").Groups[1].Value;
        Assert.Equal(6, code.Length);
        Assert.DoesNotContain("grey@example.com", stolen, StringComparison.Ordinal);
        Assert.DoesNotContain(code, stolen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_mailbox_is_given_up_at_once_and_says_why_without_naming_it()
    {
        host.Server.Behave("refuse");
        await AskAsync("nobody@example.com");
        await UntilRowAsync(rows => rows is [{ State: OutboxMailRow.GivenUp }], "the end of a mail");
        var row = Assert.Single(await RowsAsync());
        Assert.Equal("MailboxUnavailable", row.Failure);
        Assert.Empty(row.Sealed);
        Assert.DoesNotContain("nobody@example.com", host.Log.Text, StringComparison.Ordinal);
        // The dead are kept for a month, for the operator.
        await host.Services.GetRequiredService<Pruning>().PruneAsync(CancellationToken.None);
        Assert.Single(await RowsAsync());
        host.Clock.Advance(TimeSpan.FromDays(32));
        await host.Services.GetRequiredService<Pruning>().PruneAsync(CancellationToken.None);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task A_code_that_nobody_can_use_any_more_is_not_sent()
    {
        host.Server.Behave("greylist");
        var before = host.Server.Mails.Count;
        await AskAsync("late@example.com");
        await UntilRowAsync(rows => rows is [{ Failure: not null }], "a first attempt");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await Job.RunAsync(CancellationToken.None);
        Assert.Equal(before, host.Server.Mails.Count);
        Assert.Equal((OutboxMailRow.GivenUp, "Expired"), (await RowsAsync()).Select(row => (row.State, row.Failure)).Single());
        await host.WriteAsync(db => db.OutboxMails.ExecuteDeleteAsync());
    }

    [Fact]
    public async Task A_server_that_hangs_holds_up_no_request()
    {
        host.Server.Behave("hang");
        // Answered, though the deadline of the mail never comes on this clock.
        await AskAsync("patient@example.com");
        Assert.Single(await RowsAsync());
        await host.RestartAsync();
        // Whoever had it is gone; the lease ends, and the next one sends it.
        host.Server.Behave("accept");
        var before = host.Server.Mails.Count;
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await Job.RunAsync(CancellationToken.None);
        Assert.Equal(before + 1, host.Server.Mails.Count);
        Assert.Empty(await RowsAsync());
    }

    private async Task AskAsync(string mailbox)
    {
        Assert.Empty(await RowsAsync());
        Assert.Equal(200, (await host.PostJsonAsync("/usercenter/v1/tools/SendEmail", new JsonObject { ["email"] = mailbox })).Status);
    }

    private Task<List<OutboxMailRow>> RowsAsync() => host.ReadAsync(db => db.OutboxMails.AsNoTracking().ToListAsync());

    private Task UntilRowAsync(Func<List<OutboxMailRow>, bool> condition, string what) => SmtpServer.UntilAsync(async () => condition(await RowsAsync()), what);

    private async Task<string> DatabaseAsync()
    {
        var texts = await Task.WhenAll(Directory.EnumerateFiles(host.Folder, "identity.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Select(async file =>
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            return await reader.ReadToEndAsync();
        }));
        return string.Concat(texts);
    }

    public sealed class Host : IdentityHost
    {
        private SmtpServer? server;

        internal SmtpServer Server => server!;

        protected override IEnumerable<string> Settings => server is null ? [] : ["--Mail:Transport=Smtp", "--Mail:Smtp:Host=127.0.0.1", $"--Mail:Smtp:Port={server.Port}", "--Mail:Smtp:StartTls=false"];

        public override async ValueTask InitializeAsync()
        {
            server = SmtpServer.Missing is null ? await SmtpServer.StartAsync() : null;
            await base.InitializeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }
}
