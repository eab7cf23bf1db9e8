using System.Net;
using System.Text;
using Identity.Compat;
using Identity.OpenId.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Compat;

/// <summary>The old APIs over HTTP, with a token exchange that answers what the test says.</summary>
public sealed class CompatEndpointsTests
{
    private LegacyExchange? asked;

    private Func<Result<LegacySession>> Answer { get; set; } = () => new LegacySession(
        new() { AccessToken = "access", RefreshToken = "refresh", ExpiresIn = 60 },
        DateTimeOffset.UnixEpoch,
        new() { Number = 1, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch });

    [Theory]
    [InlineData("/Users/Login")]
    [InlineData("/users/login")]
    [InlineData("//Users/Login")]
    [InlineData("//Users//Login")]
    public async Task Routing_ignores_case_and_repeated_slashes(string path)
    {
        var (_, body) = await SendAsync("POST", path, """{"Account":18852003606,"Password":"p","IsRememberMe":"True"}""");
        Assert.Contains("\"Status\":0", body, StringComparison.Ordinal);
        Assert.Equal(("nlecloud", "18852003606", TimeSpan.FromDays(30)), (asked!.Api, asked.Request.Username, asked.AccessTokenLifetime));
    }

    [Theory]
    [InlineData("GET", "/usercenter/v1/login/EmailLogin", 405, """{"code":405,""")]
    [InlineData("POST", "/usercenter/v1/user/none", 404, """{"code":404,""")]
    [InlineData("PATCH", "/Users/Login", 200, """{"ResultObj":null,"Status":1,"StatusCode":405,""")]
    [InlineData("GET", "/Users/a/b", 200, """{"ResultObj":null,"Status":1,"StatusCode":404,""")]
    [InlineData("GET", "/v1/site/login", 200, """{"code":404,"message":"页面未找到。",""")]
    [InlineData("POST", "/api/v1/site/none", 200, """{"code":404,"message":"页面未找到。",""")]
    [InlineData("OPTIONS", "/v1/site/login", 200, """{"code":404,""")]
    public async Task A_wrong_method_or_path_is_answered_in_the_envelope(string method, string path, int status, string begin)
    {
        var (answer, body) = await SendAsync(method, path);
        Assert.Equal((status, "application/json; charset=utf-8"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.StartsWith(begin, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usercenter/v1/login/QqLogin", 410, """{"code":410,"msg":"该接口已停用"}""")]
    [InlineData("/Users/other", 200, """{"ResultObj":null,"Status":1,"StatusCode":410,"Msg":"该接口已停用","ErrorObj":null}""")]
    [InlineData("/v1/site/refresh", 200, """{"code":410,"message":"该接口已停用","data":{"name":"Gone","message":"该接口已停用","code":0,"status":410}}""")]
    public async Task An_API_that_does_not_serve_says_so(string path, int status, string expected)
    {
        var (answer, body) = await SendAsync("POST", path, servesByDefault: false);
        Assert.Equal((status, expected), ((int)answer.StatusCode, body));
    }

    [Theory]
    [InlineData("/usercenter/v1/login/EmailLogin", """{"email":"a","passWord":"p"}""", 500)]
    [InlineData("/Users/Login", """{"Account":"a","Password":"p"}""", 200)]
    [InlineData("/v1/site/login", """{"username":"a","password":"p","group":"app"}""", 200)]
    public async Task A_fault_is_answered_in_the_envelope_and_logged_once(string path, string request, int status)
    {
        Answer = () => throw new InvalidOperationException("the database is gone");
        using var log = new Log();
        var (answer, body) = await SendAsync("POST", path, request, log: log);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Matches("服务器", body);
        Assert.DoesNotContain("database", body, StringComparison.Ordinal);
        Assert.Single(log.Errors);
    }

    [Fact]
    public async Task Answers_are_not_stored_and_set_no_cookie()
    {
        var (answer, _) = await SendAsync("POST", "/Users/Login");
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_opens_RageFrame_to_every_origin()
    {
        var (answer, body) = await SendAsync("OPTIONS", "/v1/site/login", headers: new(StringComparer.Ordinal)
        {
            ["Origin"] = "https://h5.example",
            ["Access-Control-Request-Method"] = "POST",
            ["Access-Control-Request-Headers"] = "x-api-key,device-name, <not a token>",
        });
        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, body));
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("86400", answer.Headers.GetValues("Access-Control-Max-Age").Single());
        Assert.Equal("x-api-key, device-name", answer.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Contains("POST", answer.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("{}", "登录帐号不能为空。")]
    [InlineData("""{"username":" "}""", "登录帐号不能为空。")]
    [InlineData("""{"username":"a","password":null}""", "登录密码不能为空。")]
    [InlineData("""{"username":"a","password":123,"group":""}""", "组别不能为空。")]
    public async Task RageFrame_names_the_first_blank_field(string request, string message)
    {
        var (_, body) = await SendAsync("POST", "/v1/site/login?username=a&password=p&group=app", request);
        Assert.Equal($$"""{"code":422,"message":"{{message}}","data":[]}""", body);
        Assert.Null(asked);
    }

    [Fact]
    public async Task An_unknown_group_is_judged_behind_the_password()
    {
        await SendAsync("POST", "/v1/site/login", """{"username":"a","password":"p","group":"nope"}""");
        Assert.Equal((RefusalReason.UnknownGroup, null), (asked!.RefuseOnceProved?.Reason, asked.Request.SessionKey));
        await SendAsync("POST", "/v1/site/login", """{"username":"a","password":"p","group":"miniProgram"}""");
        Assert.Equal((null, "rageframe:miniProgram"), (asked.RefuseOnceProved?.Reason, asked.Request.SessionKey));
    }

    [Theory]
    [InlineData("""{"refresh_token":"t"}""")]
    [InlineData("""{"refresh_token":"t","group":"nope"}""")]
    public async Task A_refresh_without_a_known_group_finds_no_user(string request)
    {
        var (_, body) = await SendAsync("POST", "/v1/site/refresh", request);
        Assert.StartsWith("""{"code":401,"message":"找不到用户",""", body, StringComparison.Ordinal);
        Assert.Null(asked);
    }

    [Theory]
    [InlineData(false, true, 201)]
    [InlineData(false, false, 202)]
    [InlineData(true, true, 202)]
    public async Task CloudMind_tells_an_unknown_account_only_while_it_may(bool hides, bool mayTell, int status)
    {
        Answer = () => OAuthError.InvalidGrant("-", RefusalReason.UnknownAccount);
        var options = new CompatOptions { CloudMind = { HideAccountExistence = hides } };
        var (answer, body) = await SendAsync("POST", "/usercenter/v1/login/EmailLogin", """{"email":"a","passWord":"p"}""", options: options, desk: new Desk(mayTell));
        Assert.Equal((status, "{}"), ((int)answer.StatusCode, body));
    }

    [Fact]
    public async Task A_registration_signs_in_at_once()
    {
        const string Request = """{"nickName":"秦","passWord":"p","email":"a@b","code":"1"}""";
        var (answer, body) = await SendAsync("POST", "/usercenter/v1/login/Register", Request);
        Assert.Equal((200, """{"accessToken":"access","accessExpire":60,"refreshAfter":30}"""), ((int)answer.StatusCode, body));
        Assert.Equal(("password", "jwtUserId"), (asked!.Request.GrantType, asked.NumberClaim));

        Answer = () => OAuthError.InvalidGrant("-", RefusalReason.Throttled);
        (answer, body) = await SendAsync("POST", "/usercenter/v1/login/Register", Request);
        Assert.Equal((201, """{"code":1006,"msg":"注册成功，请登录"}"""), ((int)answer.StatusCode, body));
    }

    [Theory]
    [InlineData("GET", "/Users/ApiKey?userID=1")]
    [InlineData("GET", "//users/apikey")]
    [InlineData("PUT", "/USERS//APIKEY")]
    public async Task Api_keys_take_two_methods_and_a_token(string method, string path) =>
        Assert.Equal("""{"ResultObj":null,"Status":1,"StatusCode":401,"Msg":"AccessToken无效或已过期，请重新登录","ErrorObj":null}""", (await SendAsync(method, path, "{}")).Body);

    [Fact]
    public async Task Api_keys_take_no_other_method()
    {
        var (answer, body) = await SendAsync("POST", "/Users/ApiKey", "{}");
        Assert.Contains("\"StatusCode\":405", body, StringComparison.Ordinal);
        Assert.Equal("GET, PUT", string.Join(", ", answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task Configured_prefixes_replace_the_defaults()
    {
        var options = new CompatOptions { RageFrame = { Prefixes = { "/old/", "older" } } };
        Assert.StartsWith("""{"code":422""", (await SendAsync("POST", "/old/v1/site/login", options: options)).Body, StringComparison.Ordinal);
        Assert.StartsWith("""{"code":422""", (await SendAsync("POST", "/older//v1/site/login", options: options)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "/api/v1/site/login", options: options)).Answer.StatusCode);
    }

    private async Task<(HttpResponseMessage Answer, string Body)> SendAsync(
        string method,
        string path,
        string? json = null,
        bool servesByDefault = true,
        CompatOptions? options = null,
        Desk? desk = null,
        Log? log = null,
        Dictionary<string, string>? headers = null)
    {
        options ??= new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.Services.AddSingleton<ITokenExchange>(new Exchange(this)).AddSingleton<IAccountDesk>(desk ?? new Desk(true))
            .AddSingleton<IApiKeys>(new Keys()).AddMetrics().AddSingleton<LegacyUsage>().AddSingleton(TimeProvider.System);
        await using var app = builder.Build();
        app.UseLegacyPaths(options);
        app.UseRouting();
        Assert.Empty(app.MapLegacyApis(options, servesByDefault));
        await app.StartAsync();
        Assert.All(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints), endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<LegacyRoute>()));

        // A path that begins with two slashes is no relative reference, so the address is written out.
        using var request = new HttpRequestMessage(new(method), "http://localhost" + path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await app.GetTestClient().SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }

    private sealed class Exchange(CompatEndpointsTests test) : ITokenExchange
    {
        public Task<Result<LegacySession>> ExchangeAsync(LegacyExchange exchange, HttpContext http, CancellationToken cancellationToken)
        {
            test.asked = exchange;
            return Task.FromResult(test.Answer());
        }
    }

    private sealed class Desk(bool mayTell) : IAccountDesk
    {
        public bool IsMailbox(string text) => text.Contains('@', StringComparison.Ordinal);

        public Task SendRegistrationCodeAsync(string mailbox, HttpContext http, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<RegistrationOutcome> RegisterAsync(Registration registration, HttpContext http, CancellationToken cancellationToken) => Task.FromResult(RegistrationOutcome.Registered);

        public Task<bool> MayTellUnknownAsync(HttpContext http, CancellationToken cancellationToken) => Task.FromResult(mayTell);
    }

    // Nobody is signed in.
    private sealed class Keys : IApiKeys
    {
        public int MaxLength => 256;

        public Task<ApiKeyCaller?> WhoAsync(string api, string? accessToken, HttpContext http, CancellationToken cancellationToken) => Task.FromResult<ApiKeyCaller?>(null);

        public Task<(ApiKeyOutcome Outcome, StoredApiKey? Key)> ReadAsync(ApiKeyCaller caller, int number, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ApiKeyOutcome> WriteAsync(ApiKeyCaller caller, int? number, string? key, DateTimeOffset expiresAt, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Log : ILoggerProvider, ILogger
    {
        public List<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Errors.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
