using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Tests.Support;

namespace Identity.Tests.Compat;

/// <summary>
/// Clients written the way that the old APIs' real ones behave: what they send, how they read, what they cannot bear. Each signs in, uses
/// its token, and comes back when that is over. They share no code with the server or with each other, as in the field.
/// </summary>
public sealed class RealClientsTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task CloudMinds_web_front_end()
    {
        var name = await PersonAsync();
        var client = new CloudMindFrontEnd(host.BackChannel);
        Assert.Equal("账号不存在", await client.LoginAsync("nobody@example.com", "x"));
        Assert.Equal("密码错误", await client.LoginAsync($"{name}@example.com", "wrong"));
        Assert.Null(await client.LoginAsync($"{name}@example.com", "correct horse battery"));
        Assert.False(client.MustSignInAgain(host.Clock.GetUtcNow()));
        Assert.Equal(name, await client.NameAsync());

        // There is no refresh: half way it signs in again, while the old token still works.
        host.Clock.Advance(TimeSpan.FromSeconds(15_000));
        Assert.True(client.MustSignInAgain(host.Clock.GetUtcNow()));
        Assert.Equal(name, await client.NameAsync());
        Assert.Null(await client.LoginAsync($"{name}@example.com", "correct horse battery"));
        host.Clock.Advance(TimeSpan.FromSeconds(29_999));
        Assert.Equal(name, await client.NameAsync());
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await client.NameAsync());
    }

    [Theory]
    [InlineData("java")]
    [InlineData("csharp")]
    [InlineData("php")]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task NLEClouds_software_development_kits(string language)
    {
        var name = await PersonAsync();
        NleCloudKit kit = language switch
        {
            "java" => new JavaKit(host.BackChannel),
            "csharp" => new CSharpKit(host.BackChannel),
            "php" => new PhpKit(host.BackChannel),
            "python" => new PythonKit(host.BackChannel),
            _ => new JavaScriptKit(host.BackChannel),
        };
        Assert.Equal("用户名或密码错误", await kit.LoginAsync(name, "wrong"));
        Assert.Equal("用户名或密码错误", await kit.LoginAsync("nobody-at-all", "wrong"));
        Assert.Null(await kit.LoginAsync(name, "correct horse battery"));
        Assert.Equal(name, await kit.NameAsync());
        Assert.Equal("AccessToken无效或已过期，请重新登录", await kit.WhyNoApiKeyAsync("not-a-token"));
        Assert.Null(await kit.WhyNoApiKeyAsync(kit.AccessToken));

        host.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(await kit.NameAsync());
        Assert.Null(await kit.LoginAsync(name, "correct horse battery"));
        Assert.Equal(name, await kit.NameAsync());
    }

    [Fact]
    public async Task RageFrames_uni_app()
    {
        var name = await PersonAsync();
        var app = new UniApp(host.BackChannel);
        Assert.Equal("账号或者密码错误", await app.LoginAsync(name, "wrong"));
        Assert.Null(await app.LoginAsync(name, "correct horse battery"));
        Assert.Equal(name, await app.NameAsync());

        // The access token is over; the app refreshes with the stale one still in its header.
        host.Clock.Advance(TimeSpan.FromSeconds(172_800));
        Assert.Null(await app.NameAsync());
        Assert.True(await app.RefreshAsync());
        Assert.Equal(name, await app.NameAsync());

        // The answer is lost on the way; the next try is as good.
        Assert.True(await app.RefreshAsync(loseTheAnswer: true));
        Assert.True(await app.RefreshAsync());
        Assert.Equal(name, await app.NameAsync());

        // Signed in elsewhere in the same group: this one is sent to the login.
        Assert.Null(await new UniApp(host.BackChannel).LoginAsync(name, "correct horse battery"));
        Assert.Null(await app.NameAsync());
        Assert.False(await app.RefreshAsync());
        Assert.True(app.SentToLogin);
    }

    [Fact]
    public async Task RageFrames_flutter_app()
    {
        var name = await PersonAsync();
        var app = new FlutterApp(host.BackChannel, host.Clock);
        Assert.Equal("账号或者密码错误", await app.LoginAsync(name, "wrong"));
        Assert.Null(await app.LoginAsync(name, "correct horse battery"));
        Assert.Equal(host.Clock.GetUtcNow().AddSeconds(172_800), app.ExpiresAt);
        Assert.Equal(name, await app.NameAsync());
        host.Clock.Advance(TimeSpan.FromSeconds(172_800));
        Assert.Null(await app.NameAsync());
        Assert.Null(await app.RefreshAsync());
        Assert.Equal(name, await app.NameAsync());
    }

    [Fact]
    public async Task RageFrames_oldest_client_knows_forms_and_the_query()
    {
        var name = await PersonAsync();
        using var login = new FormUrlEncodedContent([new("username", name), new("password", "correct horse battery"), new("group", "wechat")]);
        var data = (await ReadAsync(await host.BackChannel.PostAsync("/v1/site/login?access-token=null", login))).GetProperty("data");
        Assert.Equal(HttpStatusCode.OK, (await host.BackChannel.GetAsync($"/connect/userinfo?access-token={data.Text("access_token")}")).StatusCode);
        using var refresh = new FormUrlEncodedContent([new("refresh_token", data.Text("refresh_token")), new("group", "wechat")]);
        var again = (await ReadAsync(await host.BackChannel.PostAsync($"/v1/site/refresh?access-token={data.Text("access_token")}", refresh))).GetProperty("data");
        Assert.Equal(HttpStatusCode.OK, (await host.BackChannel.GetAsync($"/connect/userinfo?access-token={again.Text("access_token")}")).StatusCode);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return JsonElement.Parse(await response.Content.ReadAsStringAsync());
        }
    }

    // The claims of a person, or null where the server says that the token is over.
    private static async Task<string?> WhoAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await http.SendAsync(request);
            return response.StatusCode == HttpStatusCode.Unauthorized ? null : JsonElement.Parse(await response.Content.ReadAsStringAsync()).Text("preferred_username");
        }
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<string> PersonAsync()
    {
        var name = $"p{Guid.NewGuid():N}";
        await host.AddAccountAsync(new() { UserName = name, Email = $"{name}@example.com", EmailVerified = true, Gender = "female" });
        return name;
    }

    /// <summary>Axios: the status is the result; the token goes out as it came, without a scheme; times are absolute.</summary>
    private sealed class CloudMindFrontEnd(HttpClient http)
    {
        private string token = "";
        private long refreshAfter;

        public async Task<string?> LoginAsync(string email, string password)
        {
            // A stale token goes with every request.
            using var request = new HttpRequestMessage(HttpMethod.Post, "/usercenter/v1/login/EmailLogin") { Content = Json($$"""{"email":"{{email}}","passWord":"{{password}}"}""") };
            request.Headers.TryAddWithoutValidation("Authorization", token);
            using var response = await http.SendAsync(request);
            if ((int)response.StatusCode is 201 or 202)
            {
                return (int)response.StatusCode == 201 ? "账号不存在" : "密码错误";
            }

            var json = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            token = json.Text("accessToken");
            refreshAfter = json.GetProperty("refreshAfter").GetInt64();
            Assert.True(refreshAfter <= json.GetProperty("accessExpire").GetInt64());
            return null;
        }

        public bool MustSignInAgain(DateTimeOffset now) => now.ToUnixTimeSeconds() >= refreshAfter;

        public Task<string?> NameAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
            request.Headers.TryAddWithoutValidation("Authorization", token);
            return WhoAsync(http, request);
        }
    }

    /// <summary>What NLECloud's kits have in common: a status other than 200 is a broken server, and later calls carry AccessToken.</summary>
    private abstract class NleCloudKit(HttpClient http)
    {
        protected Uri Base => http.BaseAddress!;

        public string AccessToken { get; protected set; } = "";

        /// <summary>Null when it succeeded; otherwise what is shown to the user.</summary>
        public abstract Task<string?> LoginAsync(string account, string password);

        public Task<string?> NameAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
            request.Headers.Add("AccessToken", AccessToken);
            return WhoAsync(http, request);
        }

        public async Task<string?> WhyNoApiKeyAsync(string token)
        {
            var number = token == AccessToken ? Jwt.Payload(token).Number("UserID") : 1;
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/Users/ApiKey?userID={number}");
            request.Headers.Add("AccessToken", token);
            var body = await TextAsync(request);
            return body.Contains("\"Status\":0", StringComparison.Ordinal) ? null : JsonElement.Parse(body).Text("Msg");
        }

        protected async Task<string> TextAsync(HttpRequestMessage request)
        {
            using var response = await http.SendAsync(request);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsStringAsync()
                : throw new HttpRequestException($"请求出错...({(int)response.StatusCode})");
        }
    }

    /// <summary>Has no JSON parser: takes the text apart at commas and colons, and expects no blank anywhere.</summary>
    private sealed class JavaKit(HttpClient http) : NleCloudKit(http)
    {
        public override async Task<string?> LoginAsync(string account, string password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/users/login") { Content = Json($$"""{"Account":"{{account}}","Password":"{{password}}"}""") };
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in (await TextAsync(request)).Split(','))
            {
                var halves = part.Split(':');
                values[halves[^2].Trim('{', '}').Replace("\"", "", StringComparison.Ordinal)] = halves[^1].Trim('{', '}').Replace("\"", "", StringComparison.Ordinal);
            }

            AccessToken = values.GetValueOrDefault("AccessToken", "");
            // In this kit a success is a message that is the text null.
            return values["Msg"] == "null" && values["Status"] == "0" ? null : values["Msg"];
        }
    }

    /// <summary>Newtonsoft into types that have no null, and an enum that is a byte.</summary>
    private sealed class CSharpKit(HttpClient http) : NleCloudKit(http)
    {
        public override async Task<string?> LoginAsync(string account, string password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/users/login") { Content = Json($$"""{"Account":"{{account}}","Password":"{{password}}","IsRememberMe":false}""") };
            request.Headers.ExpectContinue = true;
            var result = JsonSerializer.Deserialize<ResultMsg>(await TextAsync(request), Strict)!;
            AccessToken = result.ResultObj?.AccessToken ?? "";
            Assert.True(result.ResultObj is null or { Gender: false, UserID: > 0 });
            return result.Status == 0 ? null : result.Msg;
        }

        private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

        private sealed record ResultMsg(AccountLoginResultDTO? ResultObj, byte Status, int StatusCode, string? Msg, object? ErrorObj);

        private sealed record AccountLoginResultDTO(
            int UserID, string? UserName, string? Email, string? Telphone, bool Gender, int CollegeID, string? CollegeName, string? RoleName, int RoleID, string AccessToken, int AccessTokenErrCode, string? ReturnUrl, string? DataToken);
    }

    /// <summary>Base address ends in a slash, path begins with one, a blank stands before the semicolon, and <c>==</c> takes an absent status for success.</summary>
    private sealed class PhpKit(HttpClient http) : NleCloudKit(http)
    {
        public override async Task<string?> LoginAsync(string account, string password)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"Account":"{{account}}","Password":"{{password}}"}"""));
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json ; charset=utf-8");
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/Users/Login") { Content = content };
            var json = JsonElement.Parse(await TextAsync(request));
            if (json.TryGetProperty("Status", out var status) && status.GetInt32() != 0)
            {
                return json.Text("Msg");
            }

            AccessToken = json.GetProperty("ResultObj").Text("AccessToken");
            return null;
        }
    }

    /// <summary>requests.post(data=...): a form, with Python's True.</summary>
    private sealed class PythonKit(HttpClient http) : NleCloudKit(http)
    {
        public override async Task<string?> LoginAsync(string account, string password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/Users/Login") { Content = new FormUrlEncodedContent([new("Account", account), new("Password", password), new("IsRememberMe", "False")]) };
            request.Headers.TryAddWithoutValidation("User-Agent", "python-requests/2.31.0");
            var json = JsonElement.Parse(await TextAsync(request));
            AccessToken = json.GetProperty("ResultObj") is { ValueKind: JsonValueKind.Object } result ? result.Text("AccessToken") : "";
            return json.Number("Status") == 0 ? null : json.Text("Msg");
        }
    }

    /// <summary><c>=== 0</c>, and the token is pasted into addresses unescaped.</summary>
    private sealed class JavaScriptKit(HttpClient http) : NleCloudKit(http)
    {
        public override async Task<string?> LoginAsync(string account, string password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/Users/Login") { Content = Json($$"""{"Account":"{{account}}","Password":"{{password}}","IsRememberMe":"false"}""") };
            var json = JsonElement.Parse(await TextAsync(request));
            if (json.GetProperty("Status").GetRawText() != "0")
            {
                return json.Text("Msg");
            }

            AccessToken = json.GetProperty("ResultObj").Text("AccessToken");
            Assert.Equal(Uri.EscapeDataString(AccessToken), AccessToken);
            return null;
        }
    }

    /// <summary>Takes HTTP 200 alone, switches on <c>code</c>, and sends x-api-key with everything, empty or stale.</summary>
    private sealed class UniApp(HttpClient http)
    {
        private string accessToken = "";
        private string refreshToken = "";

        public bool SentToLogin { get; private set; }

        public async Task<string?> LoginAsync(string username, string password)
        {
            var json = await PostAsync("/api/v1/site/login", $$"""{"username":"{{username}}","password":"{{password}}","group":"app"}""");
            return json.GetProperty("code").GetInt32() == 200 ? Keep(json) : json.Text("message");
        }

        public async Task<bool> RefreshAsync(bool loseTheAnswer = false)
        {
            var json = await PostAsync("/api/v1/site/refresh", $$"""{"refresh_token":"{{refreshToken}}","group":"app"}""");
            switch (json.GetProperty("code").GetInt32())
            {
                case 200:
                    _ = loseTheAnswer ? null : Keep(json);
                    return true;
                case 401:
                    SentToLogin = true;
                    return false;
                default:
                    throw new InvalidOperationException("The session is stuck.");
            }
        }

        public Task<string?> NameAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
            request.Headers.TryAddWithoutValidation("x-api-key", accessToken);
            return WhoAsync(http, request);
        }

        private string? Keep(JsonElement json)
        {
            var data = json.GetProperty("data");
            (accessToken, refreshToken) = (data.Text("access_token"), data.Text("refresh_token"));
            Assert.True(data.GetProperty("member").Number("id") > 0);
            return null;
        }

        private async Task<JsonElement> PostAsync(string path, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
            request.Headers.TryAddWithoutValidation("x-api-key", accessToken);
            request.Headers.TryAddWithoutValidation("device-name", "iPhone 12");
            using var response = await http.SendAsync(request);
            Assert.Equal(200, (int)response.StatusCode);
            return JsonElement.Parse(await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Multipart, <c>as num?</c>, a Bearer header, and an own idea of how long a token lives.</summary>
    private sealed class FlutterApp(HttpClient http, TimeProvider clock)
    {
        private string accessToken = "";
        private string refreshToken = "";

        public DateTimeOffset ExpiresAt { get; private set; }

        public Task<string?> LoginAsync(string username, string password) => PostAsync("/api/v1/site/login", ("username", username), ("password", password), ("group", "app"));

        public Task<string?> RefreshAsync() => PostAsync("/api/v1/site/refresh", ("refresh_token", refreshToken), ("group", "app"));

        public Task<string?> NameAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
            request.Headers.Authorization = new("Bearer", accessToken);
            return WhoAsync(http, request);
        }

        private async Task<string?> PostAsync(string path, params (string Name, string Value)[] fields)
        {
            using var form = new MultipartFormDataContent($"dart-http-boundary-{fields.Length.ToString(CultureInfo.InvariantCulture)}");
            foreach (var (name, value) in fields)
            {
                form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), $"\"{name}\"");
            }

            var json = await ReadAsync(await http.PostAsync(path, form));
            if (json.GetProperty("code").GetInt32() != 200)
            {
                return json.Text("message");
            }

            var data = json.GetProperty("data");
            (accessToken, refreshToken) = (data.Text("access_token"), data.Text("refresh_token"));
            var expiration = data.GetProperty("expiration_time") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 43_200;
            ExpiresAt = expiration > 1e9 ? DateTimeOffset.FromUnixTimeSeconds((long)expiration) : clock.GetUtcNow().AddSeconds(expiration);
            return null;
        }
    }
}
