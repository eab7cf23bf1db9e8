using Identity.Server.Accounts;
using Identity.Server.Replay;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Replay;

/// <summary><c>identity compat replay</c> between two servers, of which one may speak otherwise.</summary>
[Collection(Processes.OneAtATime.Name)]
public sealed class ReplayTests(ReplayTests.One one, ReplayTests.Other other, ReplayTests.Differing differing) : IClassFixture<ReplayTests.One>, IClassFixture<ReplayTests.Other>, IClassFixture<ReplayTests.Differing>, IDisposable
{
    private const string Password = "pass \"word\" & more+";

    private const string Recorded = """
        # Logins of the three APIs, as clients sent them.
        POST /v1/site/login HTTP/1.1
        Content-Type: application/json

        {"username":"replayed","password":"{{password}}","group":"app"}
        ###
        200

        {"code":200}
        ### then 13 s later
        POST /v1/site/refresh HTTP/1.1
        Content-Type: application/x-www-form-urlencoded

        refresh_token={refresh_token}&group=app
        ### then
        POST //Users/Login HTTP/1.1
        Content-Type: application/x-www-form-urlencoded

        Account=replayed&Password={{password}}
        ### then
        POST /usercenter/v1/login/EmailLogin HTTP/1.1
        Content-Type: application/json

        {"email":"replayed@example.com","passWord":"{{password}}"}
        ### then 2 times
        POST /v1/site/login HTTP/1.1
        Content-Type: application/json

        {"username":"replayed","password":"wrong","group":"app"}
        """;

    private readonly ServerFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_servers_that_answer_alike_differ_nowhere()
    {
        await PopulateAsync(one, other);
        var (code, output, error) = await ReplayAsync(one, other);
        Assert.Equal((0, "6 exchanges, 0 differences\n"), (code, output + error));
    }

    [Fact]
    public async Task Differences_are_told_without_passwords_and_tokens()
    {
        await PopulateAsync(one, differing);
        var (code, output, error) = await ReplayAsync(one, differing);
        Assert.Equal(1, code);
        Assert.Contains("4. /usercenter/v1/login/EmailLogin status: old 200, new 410\n", output);
        Assert.Contains("1. /v1/site/login $.data.member.nickname: the values differ\n", output);
        Assert.Contains(" differences\n", output);
        foreach (var secret in new[] { Password, "pass ", "eyJ", "nick of" })
        {
            Assert.DoesNotContain(secret, output + error);
        }
    }

    [Fact]
    public async Task A_recording_that_cannot_be_sent_and_a_server_that_does_not_answer_have_codes_of_their_own()
    {
        folder.Write("recorded.http", Recorded);
        folder.Write("empty.http", "# nothing\n");
        Assert.Equal(65, (await RunAsync(one.Address, one.Address, "recorded.http")).ExitCode);
        Assert.Equal(65, (await RunAsync(one.Address, one.Address, "empty.http")).ExitCode);
        Assert.Equal(65, (await RunAsync(one.Address, one.Address, "none.http")).ExitCode);
        Assert.Equal(69, (await RunAsync(one.Address, new Uri("http://127.0.0.1:1"), "recorded.http", "--set", "password=x")).ExitCode);
        Assert.Equal(1, (await RunAsync(one.Address, new Uri("ftp://x/"), "recorded.http")).ExitCode);
    }

    [Fact]
    public void Values_are_escaped_as_the_body_asks_and_each_server_has_its_own_answers()
    {
        var values = new ReplayValues(new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "a\"b&c+" });
        Assert.Equal("""{"p":"a\"b&c+"}""", values.FillBody("""{"p":"{{password}}"}""", "application/json; charset=utf-8"));
        Assert.Equal("p=a%22b%26c%2B", values.FillBody("p={{password}}", "application/x-www-form-urlencoded"));
        values.Learn("""{"data":{"refresh_token":"first"},"accessToken":"x"}""");
        values.Learn("""{"data":{"refresh_token":"second"}}""");
        Assert.Equal("first second {refresh_token_3} x {other}", values.FillBody("{refresh_token} {refresh_token_2} {refresh_token_3} {access_token} {other}", null));
    }

    [Fact]
    public void What_an_answer_repeats_of_a_given_value_is_taken_out_however_it_is_escaped()
    {
        var values = new ReplayValues(new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "a\"b&密" });
        foreach (var written in new[] { "a\\\"b&密", "a\\u0022b\\u0026\\u5bc6" })
        {
            Assert.Equal("""{"code":422,"message":"no {{password}} here"}""", values.Hide($$"""{"code":422,"message":"no {{written}} here"}"""));
        }

        Assert.Equal("""{"message":"wrong \ud800","a":[]} b""", values.Hide("""{"message":"wrong \ud800","a":[]} b"""));
    }

    [Fact]
    public async Task An_answer_that_repeats_the_password_is_kept_without_it()
    {
        using var http = new HttpClient(new Echo());
        var server = new ReplayServer(http, new Uri("http://127.0.0.1"), new(new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = Password }));
        var answer = await server.SendAsync(new("", "POST /login HTTP/1.1\nContent-Type: application/json\n\n{\"message\":\"no {{password}}\"}"), default);
        Assert.Equal("""{"message":"no {{password}}"}""", answer!.Body);
    }

    private static async Task PopulateAsync(params IdentityHost[] hosts)
    {
        foreach (var host in hosts)
        {
            await host.Services.GetRequiredService<AccountRegistry>().CreateAsync(
                new NewAccount { UserName = "replayed", Email = "replayed@example.com", EmailVerified = true, Nickname = host is Differing ? "nick of two" : "nick of one", Password = Password }, "test", default);
        }
    }

    private Task<(int ExitCode, string Output, string Error)> ReplayAsync(IdentityHost old, IdentityHost now)
    {
        folder.Write("recorded.http", Recorded);
        return RunAsync(old.Address, now.Address, "recorded.http", new Dictionary<string, string>(StringComparer.Ordinal) { ["IDENTITY_REPLAY_PASSWORD"] = Password });
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(Uri old, Uri now, string file, params string[] more) => RunAsync(old, now, file, null, more);

    private Task<(int ExitCode, string Output, string Error)> RunAsync(Uri old, Uri now, string file, IReadOnlyDictionary<string, string>? environment, params string[] more) =>
        ServerProcess.RunAsync(folder, ["compat", "replay", file, "--old", old.ToString(), "--new", now.ToString(), .. more], environment);

    public sealed class One : IdentityHost;

    public sealed class Other : IdentityHost;

    public sealed class Differing : IdentityHost
    {
        protected override IEnumerable<string> Settings => ["--Compat:CloudMind:Enabled=false"];
    }

    private sealed class Echo : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            new() { Content = new StringContent(await request.Content!.ReadAsStringAsync(cancellationToken)) };
    }
}
