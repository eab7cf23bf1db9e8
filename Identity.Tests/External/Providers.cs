using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.WebUtilities;

#pragma warning disable CA1859 // Endpoints answer IResult, whichever it is.

namespace Identity.Tests.External;

/// <summary>An app as a provider knows it.</summary>
/// <param name="Id">Its public identifier.</param>
/// <param name="Secret">AppKey or AppSecret.</param>
/// <param name="Developer">Apps of one share unionids; null for an app that is not bound, whose people have none.</param>
public sealed record ProviderApp(string Id, string Secret, string? Developer = "ours");

/// <summary>
/// graph.qq.com, open.weixin.qq.com and api.weixin.qq.com on one loopback port, answering as those three do: HTTP 200 to every
/// error, numbers for codes, text/html and text/plain for JSON, JSONP where it hurts, codes that work once.
/// </summary>
public sealed class Providers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ProviderApp> apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Given> codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Given> tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> appTokens = new(StringComparer.Ordinal);
    private WebApplication? app;

    public string Address { get; private set; } = "";

    /// <summary>Whoever sits before the provider's page and agrees.</summary>
    public string Person { get; set; } = "somebody";

    /// <summary>How often each path was asked.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>What a path does in place of its work.</summary>
    public ConcurrentDictionary<string, Fault> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything that must not be in anybody's log.</summary>
    public ConcurrentBag<string> Secrets { get; } = [];

    /// <summary>Nicknames that are not the person's own name.</summary>
    public ConcurrentDictionary<string, string> Nicknames { get; } = new(StringComparer.Ordinal);

    /// <summary>The app in the watermark of phone numbers, when it is to be a wrong one.</summary>
    public string? WatermarkApp { get; set; }

    public static string QqOpenId(string appId, string person) => Hash($"{appId} {person}");

    public static string QqUnionId(string developer, string person) => $"UID_{Hash($"{developer} {person}")}";

    public static string WeChatOpenId(string appId, string person) => $"o{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{appId} {person}")))[..27].Replace('+', '-').Replace('/', '_')}";

    public static string WeChatUnionId(string developer, string person) => WeChatOpenId($"developer {developer}", person);

    public void Register(ProviderApp known)
    {
        apps[known.Id] = known;
        Secrets.Add(known.Secret);
    }

    /// <summary>A code as an app or a redirect brings it.</summary>
    public string Code(string appId, string person, string? redirectUri = null, bool snapshot = false, bool silent = false) =>
        Give(codes, new Given(appId, person, redirectUri, snapshot, silent));

    /// <summary>An access token as QQ's mobile SDK hands it out.</summary>
    public string MobileToken(string appId, string person) => Give(tokens, new Given(appId, person));

    /// <summary>A mini program's second code.</summary>
    public string PhoneCode(string appId, string number) => Give(codes, new Given(appId, number));

    /// <summary>What the provider's page does when its person agrees: the address that the browser is sent to.</summary>
    public string Approve(Uri page, string person)
    {
        var query = QueryHelpers.ParseQuery(page.Query);
        var weChat = !page.AbsolutePath.StartsWith("/oauth2.0", StringComparison.Ordinal);
        var appId = query[weChat ? "appid" : "client_id"].ToString();
        Assert.True(apps.ContainsKey(appId), "The app is not known to the provider.");
        Assert.Equal("code", query["response_type"]);
        Assert.InRange(query["state"].ToString().Length, 1, 128);
        Assert.All(query["state"].ToString(), c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        switch (page.AbsolutePath)
        {
            case "/connect/oauth2/authorize":
                // WeChat's browser matches the whole address by a pattern.
                Assert.Matches("^\\?appid=[^&]+&redirect_uri=[^&]+&response_type=code&scope=(snsapi_base|snsapi_userinfo)&state=[^&]+$", page.Query);
                Assert.Equal("#wechat_redirect", page.Fragment);
                break;
            case "/connect/qrconnect":
                Assert.Equal("snsapi_login", query["scope"]);
                break;
            default:
                Assert.Equal("get_user_info", query["scope"]);
                break;
        }

        var code = Code(appId, person, weChat ? null : query["redirect_uri"].ToString());
        return QueryHelpers.AddQueryString(query["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] });
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Use(async (http, next) =>
        {
            var path = http.Request.Path.Value!;
            Calls.AddOrUpdate(path, 1, (_, count) => count + 1);
            if (Faults.TryGetValue(path, out var fault))
            {
                await fault.Act(http);
                return;
            }

            await next(http);
        });
        app.MapGet("/oauth2.0/authorize", Redirect);
        app.MapGet("/connect/qrconnect", Redirect);
        app.MapGet("/connect/oauth2/authorize", Redirect);
        app.MapGet("/oauth2.0/token", QqToken);
        app.MapGet("/oauth2.0/me", QqMe);
        app.MapGet("/user/get_user_info", QqProfile);
        app.MapGet("/sns/oauth2/access_token", WeChatToken);
        app.MapGet("/sns/userinfo", WeChatProfile);
        app.MapGet("/sns/jscode2session", WeChatSession);
        app.MapPost("/cgi-bin/stable_token", WeChatAppTokenAsync);
        app.MapPost("/wxa/business/getuserphonenumber", WeChatPhoneAsync);
        await app.StartAsync();
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private IResult Redirect(HttpRequest request) => TypedResults.Redirect(Approve(new Uri($"{Address}{request.Path}{request.QueryString}#wechat_redirect"), Person));

    private IResult QqToken(HttpRequest request)
    {
        var query = request.Query;
        if (!apps.TryGetValue(query["client_id"].ToString(), out var known))
        {
            return QqError(100008, "client_id is illegal");
        }

        if (!string.Equals(known.Secret, query["client_secret"], StringComparison.Ordinal))
        {
            return QqError(100009, "client secret is illegal");
        }

        if (!codes.TryRemove(query["code"].ToString(), out var given))
        {
            return QqError(100020, "code is reused error");
        }

        if (given.AppId != known.Id || given.RedirectUri != query["redirect_uri"])
        {
            return QqError(100019, "code to access token error");
        }

        var (token, refresh) = (Give(tokens, given), Secret());
        return query["fmt"] == "json"
            ? Text($$"""{"access_token":"{{token}}","expires_in":"7776000","refresh_token":"{{refresh}}"}""", "text/html")
            : Text($"access_token={token}&expires_in=7776000&refresh_token={refresh}", "text/html");
    }

    private IResult QqMe(HttpRequest request)
    {
        if (!tokens.TryGetValue(request.Query["access_token"].ToString(), out var given))
        {
            return QqError(100016, "access token check failed");
        }

        var answer = new JsonObject { ["client_id"] = given.AppId, ["openid"] = QqOpenId(given.AppId, given.Person) };
        if (request.Query["unionid"] == "1" && apps[given.AppId].Developer is { } developer)
        {
            answer["unionid"] = QqUnionId(developer, given.Person);
        }

        return Text(request.Query["fmt"] == "json" ? answer.ToJsonString() : $"callback( {answer.ToJsonString()} );\n", "text/html");
    }

    private IResult QqProfile(HttpRequest request) =>
        tokens.TryGetValue(request.Query["access_token"].ToString(), out var given) && request.Query["oauth_consumer_key"] == given.AppId && request.Query["openid"] == QqOpenId(given.AppId, given.Person)
            ? Text($$"""{"ret":0,"msg":"","is_lost":0,"nickname":{{Written(given.Person)}},"gender":"男","gender_type":2,"province":"","city":"","year":"2000","figureurl":"http:\/\/qzapp.qlogo.cn\/30","figureurl_1":"http:\/\/qzapp.qlogo.cn\/50","figureurl_2":"http:\/\/qzapp.qlogo.cn\/100","figureurl_qq_1":"http:\/\/thirdqq.qlogo.cn\/40","figureurl_qq_2":"","is_yellow_vip":"0"}""", "text/html; charset=utf-8")
            : Text("""{"ret":-1,"msg":"client request's parameters are invalid, invalid openid"}""", "text/html; charset=utf-8");

    private IResult WeChatToken(HttpRequest request)
    {
        if (WeChatCode(request.Query["code"].ToString(), request.Query, out var given) is { } error)
        {
            return error;
        }

        var union = given!.Silent || apps[given.AppId].Developer is not { } developer ? "" : $$""","unionid":"{{WeChatUnionId(developer, given.Person)}}" """;
        return Text(
            $$"""{"access_token":"{{Give(tokens, given)}}","expires_in":7200,"refresh_token":"{{Secret()}}","openid":"{{WeChatOpenId(given.AppId, given.Person)}}","scope":"{{(given.Silent ? "snsapi_base" : "snsapi_userinfo,")}}"{{(given.Snapshot ? ",\"is_snapshotuser\":1" : "")}}{{union}}}""",
            "text/plain");
    }

    private IResult WeChatProfile(HttpRequest request)
    {
        if (!tokens.TryGetValue(request.Query["access_token"].ToString(), out var given))
        {
            return WeChatError(40001, "invalid credential, access_token is invalid or not latest");
        }

        var openId = WeChatOpenId(given.AppId, given.Person);
        return given.Silent ? WeChatError(48001, "api unauthorized")
            : request.Query["openid"] != openId ? WeChatError(40003, "invalid openid")
            : Text(
                $$"""{"openid":"{{openId}}","nickname":{{Written(given.Person)}},"sex":0,"language":"","city":"","province":"","country":"","headimgurl":"https:\/\/thirdwx.qlogo.cn\/mmopen\/x\/132","privilege":["chinaunicom"]{{(apps[given.AppId].Developer is { } developer ? $",\"unionid\":\"{WeChatUnionId(developer, given.Person)}\"" : "")}}}""",
                "text/plain");
    }

    private IResult WeChatSession(HttpRequest request)
    {
        if (WeChatCode(request.Query["js_code"].ToString(), request.Query, out var given) is { } error)
        {
            return error;
        }

        var union = apps[given!.AppId].Developer is { } developer ? $",\"unionid\":\"{WeChatUnionId(developer, given.Person)}\"" : "";
        return Text($$"""{"session_key":"{{Secret()}}","openid":"{{WeChatOpenId(given.AppId, given.Person)}}"{{union}}}""", "text/plain");
    }

    private async Task<IResult> WeChatAppTokenAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        var id = (string)body["appid"]!;
        if (!apps.TryGetValue(id, out var known) || known.Secret != (string)body["secret"]!)
        {
            return WeChatError(40125, "invalid appsecret");
        }

        var token = appTokens.GetOrAdd(id, _ => Secret());
        return TypedResults.Text($$"""{"access_token":"{{token}}","expires_in":7200}""", "application/json; encoding=utf-8");
    }

    private async Task<IResult> WeChatPhoneAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        if (appTokens.FirstOrDefault(pair => pair.Value == request.Query["access_token"]) is not { Key: { } id })
        {
            return WeChatError(40001, "invalid credential, access_token is invalid or not latest");
        }

        return codes.TryRemove((string)body["code"]!, out var given) && given.AppId == id
            ? TypedResults.Text(
                $$$"""{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"{{{given.Person}}}","purePhoneNumber":"{{{given.Person}}}","countryCode":86,"watermark":{"timestamp":1893456000,"appid":"{{{WatermarkApp ?? id}}}"} } }""",
                "application/json; encoding=utf-8")
            : WeChatError(40029, "invalid code");
    }

    /// <summary>WeChat's app tokens die; whoever holds one does not know it.</summary>
    public void KillAppTokens() => appTokens.Clear();

    private IResult? WeChatCode(string code, IQueryCollection query, out Given? given)
    {
        given = null;
        if (!apps.TryGetValue(query["appid"].ToString(), out var known))
        {
            return WeChatError(40013, "invalid appid");
        }

        if (known.Secret != query["secret"])
        {
            return WeChatError(40125, "invalid appsecret");
        }

        if (!codes.TryGetValue(code, out given) || given.AppId != known.Id)
        {
            return WeChatError(40029, "invalid code");
        }

        return given.Use() ? null : WeChatError(40163, "code been used");
    }

    private string Written(string person) => Nicknames.TryGetValue(person, out var written) ? written : $"\"{person}\"";

    private string Give(ConcurrentDictionary<string, Given> to, Given given)
    {
        var secret = Secret();
        to[secret] = given;
        return secret;
    }

    private string Secret()
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        Secrets.Add(secret);
        return secret;
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    private static IResult QqError(int number, string text) => Text($"callback( {{\"error\":{number.ToString(CultureInfo.InvariantCulture)},\"error_description\":\"{text}\"}} );\n", "text/html");

    private static IResult WeChatError(int number, string text) => Text($"{{\"errcode\":{number.ToString(CultureInfo.InvariantCulture)},\"errmsg\":\"{text}, rid: 6206378a-793424c0-2e4091cc\"}}", "text/plain");

    // Without a charset, as they do.
    private static IResult Text(string body, string contentType) => TypedResults.Bytes(Encoding.UTF8.GetBytes(body), contentType);

    private sealed record Given(string AppId, string Person, string? RedirectUri = null, bool Snapshot = false, bool Silent = false)
    {
        private int used;

        public bool Use() => Interlocked.Exchange(ref used, 1) == 0;
    }
}

/// <summary>What a provider does in place of answering.</summary>
/// <param name="Act">With the request.</param>
public sealed record Fault(Func<HttpContext, Task> Act)
{
    /// <summary>Never answers; ends when the caller has given up.</summary>
    public static Fault Slow { get; } = new(async http => await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

    /// <summary>Closes the connection before the first octet of an answer.</summary>
    public static Fault Cut { get; } = new(http =>
    {
        http.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Hangs up politely before the first octet, as a server does with a connection that was idle for long. This is the one that HttpClient would ask again.</summary>
    public static Fault HangUp { get; } = new(http =>
    {
        http.Features.Get<IConnectionSocketFeature>()!.Socket.Shutdown(SocketShutdown.Both);
        return Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    });

    /// <summary>Closes the connection in the middle of the answer.</summary>
    public static Fault CutInTheMiddle { get; } = new(async http =>
    {
        http.Response.ContentLength = 1000;
        await http.Response.WriteAsync("{\"access_token\":\"");
        await http.Response.Body.FlushAsync();
        http.Abort();
    });

    public static Fault Answer(string body, string contentType = "text/plain", int status = 200) => new(http =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        return http.Response.WriteAsync(body);
    });
}
