using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Identity.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Identity.Tests.Server.Accounts;

/// <summary>E-mail codes, through the one door that uses them: CloudMind's registration.</summary>
public sealed partial class EmailCodesTests(ProxiedHost host) : IClassFixture<ProxiedHost>
{
    private const string WrongCode = """{"code":1001,"msg":"验证码错误或已过期"}""";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static int address;

    [Fact]
    public async Task The_mail_has_the_code_in_a_part_that_a_person_can_read()
    {
        var code = await SendAsync("readable@example.com");
        var mail = Mails("readable@example.com").Single();
        Assert.Contains("\nTo: readable@example.com", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"(?i)Content-Type: text/plain; charset=us-ascii\s+Content-Transfer-Encoding: 7bit\s", mail);
        Assert.Contains($"\nYour code is {code}\n", mail, StringComparison.Ordinal);
        Assert.All(mail, c => Assert.True(c < 0x80));
    }

    [Fact]
    public async Task A_code_is_good_until_the_second_that_ends_its_ten_minutes()
    {
        var (early, late) = (await SendAsync("early@example.com"), await SendAsync("late@example.com"));
        host.Clock.Advance(TimeSpan.FromMinutes(10) - Second);
        Assert.Equal(200, (await RegisterAsync("early@example.com", early)).Status);
        host.Clock.Advance(Second);
        IsWrong(await RegisterAsync("late@example.com", late));
    }

    [Fact]
    public async Task A_code_is_good_for_one_use()
    {
        var code = await SendAsync("once@example.com");
        Assert.Equal(200, (await RegisterAsync("once@example.com", code)).Status);
        IsWrong(await RegisterAsync("once@example.com", code));
    }

    [Fact]
    public async Task A_code_dies_with_its_fifth_wrong_try()
    {
        var (four, five) = (await SendAsync("four@example.com"), await SendAsync("five@example.com"));
        for (var i = 0; i < 5; i++)
        {
            IsWrong(await RegisterAsync("five@example.com", Other(five, i)));
            if (i < 4)
            {
                IsWrong(await RegisterAsync("four@example.com", Other(four, i)));
            }
        }

        Assert.Equal(200, (await RegisterAsync("four@example.com", four)).Status);
        IsWrong(await RegisterAsync("five@example.com", five));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("abcdef")]
    [InlineData("１２３４５６")]
    [InlineData(" 12345")]
    public async Task What_is_no_code_costs_no_try(string text)
    {
        var mailbox = $"no-code-{text.Length}-{(text.Length > 0 ? (int)text[0] : 0)}@example.com";
        var code = await SendAsync(mailbox);
        for (var i = 0; i < 6; i++)
        {
            IsWrong(await RegisterAsync(mailbox, text));
        }

        Assert.Equal(200, (await RegisterAsync(mailbox, code)).Status);
    }

    [Fact]
    public async Task A_code_belongs_to_its_mailbox_in_any_spelling_and_to_no_other()
    {
        var code = await SendAsync("Mine@Example.com");
        IsWrong(await RegisterAsync("yours@example.com", code));
        Assert.Equal(200, (await RegisterAsync("mine@example.COM", code)).Status);
    }

    [Fact]
    public async Task A_newer_code_replaces_the_older_one()
    {
        var first = await SendAsync("newer@example.com");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await SendAsync("newer@example.com");
        if (!string.Equals(first, second, StringComparison.Ordinal))
        {
            IsWrong(await RegisterAsync("newer@example.com", first));
        }

        Assert.Equal(200, (await RegisterAsync("newer@example.com", second)).Status);
    }

    [Fact]
    public async Task A_mailbox_gets_one_code_a_minute_and_everybody_the_same_answer()
    {
        await SendAsync("minute@example.com");
        host.Clock.Advance(TimeSpan.FromMinutes(1) - Second);
        Assert.Equal((200, "{}"), await AskAsync("minute@example.com"));
        Assert.Single(Mails("minute@example.com"));
        host.Clock.Advance(Second);
        Assert.Equal((200, "{}"), await AskAsync("minute@example.com"));
        Assert.Equal(2, Mails("minute@example.com").Count);
    }

    [Fact]
    public async Task A_mailbox_gets_ten_codes_a_day()
    {
        await StartOfDayAsync();
        for (var i = 0; i < 12; i++)
        {
            await AskAsync("ten@example.com");
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(10, Mails("ten@example.com").Count);
        await StartOfDayAsync();
        await AskAsync("ten@example.com");
        Assert.Equal(11, Mails("ten@example.com").Count);
    }

    [Fact]
    public async Task A_mailbox_takes_twenty_wrong_codes_a_day()
    {
        await StartOfDayAsync();
        string code = "";
        for (var round = 0; round < 4; round++)
        {
            code = await SendAsync("twenty@example.com");
            // The right code among them is no wrong one, and dies unused after four.
            for (var i = 0; i < 5; i++)
            {
                IsWrong(await RegisterAsync("twenty@example.com", Other(code, i)));
            }

            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var mails = Mails("twenty@example.com").Count;
        await AskAsync("twenty@example.com");
        Assert.Equal(mails, Mails("twenty@example.com").Count);
        IsWrong(await RegisterAsync("twenty@example.com", code));
        await StartOfDayAsync();
        Assert.Equal(200, (await RegisterAsync("twenty@example.com", await SendAsync("twenty@example.com"))).Status);
    }

    [Fact]
    public async Task An_address_gets_thirty_codes_an_hour()
    {
        host.Clock.Advance(TimeSpan.FromHours(2));
        for (var i = 0; i < 32; i++)
        {
            Assert.Equal((200, "{}"), await AskAsync($"thirty-{i}@example.com", "203.0.113.30"));
        }

        Assert.Equal(30, Enumerable.Range(0, 32).Count(i => Mails($"thirty-{i}@example.com").Count == 1));
        await AskAsync("thirty-elsewhere@example.com", "203.0.113.31");
        Assert.Single(Mails("thirty-elsewhere@example.com"));
        host.Clock.Advance(TimeSpan.FromHours(1) - Second);
        await AskAsync("thirty-30@example.com", "203.0.113.30");
        Assert.Empty(Mails("thirty-30@example.com"));
        host.Clock.Advance(Second);
        await AskAsync("thirty-30@example.com", "203.0.113.30");
        Assert.Single(Mails("thirty-30@example.com"));
    }

    [Fact]
    public async Task Fifty_uses_of_one_code_at_once_are_one_account()
    {
        var code = await SendAsync("racers@example.com");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RegisterAsync("racers@example.com", code)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(49, answers.Count(answer => answer.Status == 201 && answer.Body.Equals(WrongCode, StringComparison.Ordinal)));
        Assert.Equal(1, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Email == "racers@example.com")));
    }

    [Fact]
    public async Task Fifty_guesses_at_once_have_five_tries_together()
    {
        var code = await SendAsync("guessers@example.com");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RegisterAsync("guessers@example.com", Other(code, i))));
        IsWrong(await RegisterAsync("guessers@example.com", code));
        Assert.Equal(0, await host.ReadAsync(db => db.Accounts.CountAsync(account => account.Email == "guessers@example.com")));
    }

    [Fact]
    public async Task The_table_holds_neither_mailbox_nor_code()
    {
        var code = await SendAsync("stored@example.com");
        var rows = await host.ReadAsync(db => db.EmailCodes.AsNoTracking().ToListAsync());
        Assert.All(rows, row => Assert.Matches("^[A-Za-z0-9_-]{43} [A-Za-z0-9_-]{43}$", $"{row.Key} {row.CodeMac}"));
        Assert.DoesNotContain(code, host.Log.Text, StringComparison.Ordinal);
    }

    private static void IsWrong(Answer answer) => Assert.Equal((201, WrongCode), (answer.Status, answer.Body));

    private static string Other(string code, int distance) => $"{(int.Parse(code, CultureInfo.InvariantCulture) + distance + 1) % 1_000_000:D6}";

    // To the next midnight, UTC, so that a day's counters begin and end where the test says.
    private Task StartOfDayAsync()
    {
        var now = host.Clock.GetUtcNow();
        host.Clock.Advance(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Day - now);
        return Task.CompletedTask;
    }

    private async Task<string> SendAsync(string mailbox)
    {
        var before = Mails(mailbox);
        await AskAsync(mailbox);
        return Code().Match(Mails(mailbox).Except(before, StringComparer.Ordinal).Single()).Groups["code"].Value;
    }

    private async Task<(int Status, string Body)> AskAsync(string mailbox, string? from = null)
    {
        var answer = await PostAsync("/usercenter/v1/tools/SendEmail", new { email = mailbox }, from ?? Address());
        return (answer.Status, answer.Body);
    }

    private Task<Answer> RegisterAsync(string mailbox, string code) =>
        PostAsync("/usercenter/v1/login/Register", new { nickName = "nick", passWord = "correct horse battery", email = mailbox, code }, Address());

    private Task<Answer> PostAsync(string path, object body, string from)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from);
        return host.SendAsync(request);
    }

    // One for each request, so that no address reaches a limit by the way.
    private static string Address()
    {
        var next = Interlocked.Increment(ref address);
        return $"198.51.{next / 250}.{(next % 250) + 1}";
    }

    private List<string> Mails(string mailbox) =>
        [.. Directory.GetFiles(host.MailFolder, "*.eml").Select(file => File.ReadAllText(file, Encoding.Latin1).ReplaceLineEndings("\n")).Where(text => text.Contains($"To: {mailbox}\n", StringComparison.OrdinalIgnoreCase))];

    [GeneratedRegex(@"\nYour code is (?<code>\d{6})\n", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
