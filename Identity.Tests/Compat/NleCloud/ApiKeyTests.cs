using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Tests.Support;

namespace Identity.Tests.Compat.NleCloud;

/// <summary>GET and PUT /Users/ApiKey: who sees and sets whose key.</summary>
public sealed class ApiKeyTests(ApiKeyHost host) : IClassFixture<ApiKeyHost>
{
    private const string Done = """{"Status":0,"StatusCode":0,"Msg":null,"ErrorObj":null}""";
    private const string NotSignedIn = """{"ResultObj":null,"Status":1,"StatusCode":401,"Msg":"AccessToken无效或已过期，请重新登录","ErrorObj":null}""";

    [Fact]
    public async Task An_owner_sets_reads_replaces_and_clears_their_key()
    {
        var who = await host.PersonAsync();
        Assert.Equal(Result(who.Number, "false,\"ApiKey\":null,\"ApiKeyExpire\":null,\"OperUserID\":0,\"ClientIP\":null"), (await host.ReadKeyAsync(who)).Body);

        Assert.Equal((200, Done), Seen(await host.SetKeyAsync(who, "first")));
        Assert.Equal(Result(who.Number, $"true,\"ApiKey\":\"first\",\"ApiKeyExpire\":\"{ApiKeyHost.Expire}\",\"OperUserID\":{who.Number},\"ClientIP\":\"127.0.0.1\""), (await host.ReadKeyAsync(who)).Body);

        Assert.Equal(Done, (await host.SetKeyAsync(who, "第二😀", "2000-01-01")).Body);
        Assert.Contains("\"ApiKey\":\"第二😀\",\"ApiKeyExpire\":\"2000-01-01T00:00:00+08:00\"", (await host.ReadKeyAsync(who)).Body, StringComparison.Ordinal);

        Assert.Equal(Done, (await host.SetKeyAsync(who, "", expire: null)).Body);
        Assert.Null(await host.RowAsync(who));
        Assert.Equal(Done, (await host.SetKeyAsync(who, "")).Body);
        Assert.False((await host.ReadKeyAsync(who)).Data().GetProperty("IsApply").GetBoolean());
    }

    [Fact]
    public async Task Nobody_else_sees_or_sets_it_and_numbers_are_not_told()
    {
        var (one, two) = (await host.PersonAsync(), await host.PersonAsync());
        await host.SetKeyAsync(one, "mine");
        foreach (var number in new[] { one.Number, 0, 999_999, int.MaxValue })
        {
            Assert.Equal("""{"ResultObj":null,"Status":1,"StatusCode":403,"Msg":"没有权限执行该操作","ErrorObj":null}""", (await host.ReadKeyAsync(two, number)).Body);
            Assert.Equal(403, (await host.SetKeyAsync(two, "stolen", number: number)).Json.Number("StatusCode"));
            Assert.Equal(403, (await host.SetKeyAsync(two, "", number: number)).Json.Number("StatusCode"));
        }

        Assert.Equal("mine", (await host.ReadKeyAsync(one)).Data().Text("ApiKey"));
    }

    [Fact]
    public async Task An_administrator_sets_and_clears_anyones_and_sees_it_masked()
    {
        var (admin, who) = (await host.PersonAsync(admin: true), await host.PersonAsync());
        await host.SetKeyAsync(who, "k");
        Assert.Equal(Result(who.Number, $"true,\"ApiKey\":\"********\",\"ApiKeyExpire\":\"{ApiKeyHost.Expire}\",\"OperUserID\":{who.Number},\"ClientIP\":\"127.0.0.1\""), (await host.ReadKeyAsync(admin, who.Number)).Body);

        Assert.Equal(Done, (await host.SetKeyAsync(admin, "given", number: who.Number)).Body);
        var seen = (await host.ReadKeyAsync(who)).Data();
        Assert.Equal(("given", admin.Number), (seen.Text("ApiKey"), seen.Number("OperUserID")));
        Assert.Null(await host.RowAsync(admin));

        Assert.Equal(Done, (await host.SetKeyAsync(admin, "", number: who.Number)).Body);
        Assert.False((await host.ReadKeyAsync(who)).Data().GetProperty("IsApply").GetBoolean());
        Assert.Equal("""{"ResultObj":null,"Status":1,"StatusCode":404,"Msg":"用户不存在","ErrorObj":null}""", (await host.ReadKeyAsync(admin, 888_888)).Body);
        Assert.Equal(404, (await host.SetKeyAsync(admin, "x", number: 888_888)).Json.Number("StatusCode"));

        // Their own they see in clear.
        await host.SetKeyAsync(admin, "own");
        Assert.Equal("own", (await host.ReadKeyAsync(admin)).Data().Text("ApiKey"));
    }

    [Fact]
    public async Task A_role_of_the_old_system_makes_no_administrator()
    {
        var account = await host.AddAccountAsync(new() { UserName = "oldadmin" });
        await host.ImportMemberAsync("nlecloud", account, 700_001, profile: """{"RoleName":"管理员","RoleID":1}""");
        var (who, other) = (await host.LoginAsync("oldadmin"), await host.PersonAsync());
        Assert.Equal(403, (await host.ReadKeyAsync(who, other.Number)).Json.Number("StatusCode"));
    }

    [Fact]
    public async Task Only_a_living_token_of_this_API_counts_and_only_in_its_header()
    {
        var who = await host.PersonAsync();
        var path = $"/Users/ApiKey?userID={who.Number}";
        string?[] bad =
        [
            null, "", "null", "bogus", who.Token[..^2], $"Bearer {who.Token}",
            (await host.SignInAsync("web", who.Name)).AccessToken,
            (await host.RageFrameLoginAsync(who.Name)).Data().Text("access_token"),
        ];
        foreach (var token in bad)
        {
            Assert.Equal((200, NotSignedIn), Seen(await host.SendKeyAsync(HttpMethod.Get, path, token)));
            Assert.Equal((200, NotSignedIn), Seen(await host.SendKeyAsync(HttpMethod.Put, "/Users/ApiKey", token, new JsonObject { ["ApiKey"] = "k", ["ApiKeyExpire"] = ApiKeyHost.Expire })));
        }

        Assert.Equal(NotSignedIn, (await host.SendKeyAsync(HttpMethod.Get, $"{path}&AccessToken={who.Token}", null)).Body);
        var bearer = new HttpRequestMessage(HttpMethod.Get, path);
        bearer.Headers.Authorization = new("Bearer", who.Token);
        Assert.Equal(NotSignedIn, (await host.SendAsync(bearer)).Body);

        Assert.Equal(0, (await host.ReadKeyAsync(who)).Json.Number("Status"));
        await host.DisableAccountAsync(who.Name);
        Assert.Equal(NotSignedIn, (await host.ReadKeyAsync(who)).Body);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using var own = new ApiKeyHost();
        await own.InitializeAsync();
        var who = await own.PersonAsync();
        own.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await own.ReadKeyAsync(who)).Json.Number("Status"));
        own.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(NotSignedIn, (await own.ReadKeyAsync(who)).Body);
    }

    [Fact]
    public async Task The_query_counts_where_the_operator_says_so()
    {
        await using var own = new QueryHost();
        await own.InitializeAsync();
        var who = await own.PersonAsync();
        foreach (var name in new[] { "AccessToken", "accesstoken" })
        {
            Assert.Equal(0, (await own.SendKeyAsync(HttpMethod.Get, $"/Users/ApiKey?userID={who.Number}&{name}={who.Token}", null)).Json.Number("Status"));
        }

        // A URL is what loggers like best.
        Assert.DoesNotContain(who.Token, own.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "userID不能为空")]
    [InlineData("?userID=", "userID不能为空")]
    [InlineData("?userID=one", "userID格式错误")]
    [InlineData("?userID=-1", "userID格式错误")]
    [InlineData("?userID=1.0", "userID格式错误")]
    [InlineData("?userID=99999999999", "userID格式错误")]
    [InlineData("?userID=1&userID=2", "userID格式错误")]
    [InlineData("?userID=%EF%BC%91", "userID格式错误")]
    public async Task A_number_that_is_none(string query, string msg)
    {
        var who = await host.PersonAsync();
        Assert.Equal($$"""{"ResultObj":null,"Status":1,"StatusCode":400,"Msg":"{{msg}}","ErrorObj":null}""", (await host.SendKeyAsync(HttpMethod.Get, $"/Users/ApiKey{query}", who.Token)).Body);
    }

    [Fact]
    public async Task The_name_of_the_parameter_has_no_case()
    {
        var who = await host.PersonAsync();
        Assert.Equal(0, (await host.SendKeyAsync(HttpMethod.Get, $"{host.Issuer}//users/apikey?USERID={who.Number}", who.Token)).Json.Number("Status"));
    }

    [Theory]
    [InlineData("""{"ApiKeyExpire":"2099-01-01"}""", 400, "ApiKey不能为空")]
    [InlineData("""{"ApiKey":null,"ApiKeyExpire":"2099-01-01"}""", 400, "ApiKey不能为空")]
    [InlineData("""{"ApiKey":true,"ApiKeyExpire":"2099-01-01"}""", 400, "ApiKey不能为空")]
    [InlineData("""{"ApiKey":["k"],"ApiKeyExpire":"2099-01-01"}""", 400, "ApiKey不能为空")]
    [InlineData("""{"ApiKey":"k"}""", 400, "ApiKeyExpire不能为空")]
    [InlineData("""{"ApiKey":"k","ApiKeyExpire":""}""", 400, "ApiKeyExpire不能为空")]
    [InlineData("""{"ApiKey":"k","ApiKeyExpire":{}}""", 400, "ApiKeyExpire不能为空")]
    [InlineData("""{"ApiKey":"k","ApiKeyExpire":"soon"}""", 400, "ApiKeyExpire格式错误")]
    [InlineData("""{"ApiKey":"k","ApiKeyExpire":1675000000}""", 400, "ApiKeyExpire格式错误")]
    [InlineData("""{"UserID":"x","ApiKey":"k","ApiKeyExpire":"2099-01-01"}""", 400, "UserID格式错误")]
    [InlineData("""{"UserID":1e2,"ApiKey":"k","ApiKeyExpire":"2099-01-01"}""", 400, "UserID格式错误")]
    [InlineData("""{"UserID":true,"ApiKey":"k","ApiKeyExpire":"2099-01-01"}""", 400, "UserID格式错误")]
    [InlineData("""{"UserID":[],"ApiKey":"k","ApiKeyExpire":"2099-01-01"}""", 400, "UserID格式错误")]
    [InlineData("", 400, "ApiKey不能为空")]
    [InlineData("{", 400, "请求内容格式错误")]
    [InlineData("[]", 400, "请求内容格式错误")]
    public async Task A_body_that_does_not_say_what_is_needed(string body, int code, string msg)
    {
        var who = await host.PersonAsync();
        var answer = await PutAsync(who, body, "application/json");
        Assert.Equal((200, $$"""{"ResultObj":null,"Status":1,"StatusCode":{{code}},"Msg":"{{msg}}","ErrorObj":null}"""), Seen(answer));
        Assert.Null(await host.RowAsync(who));
    }

    [Fact]
    public async Task A_key_has_a_longest_length()
    {
        var who = await host.PersonAsync();
        Assert.Equal("ApiKey长度不能超过256", (await host.SetKeyAsync(who, new string('k', 257))).Text("Msg"));
        Assert.Equal(Done, (await host.SetKeyAsync(who, new string('k', 256))).Body);
        Assert.Equal(new string('k', 256), (await host.ReadKeyAsync(who)).Data().Text("ApiKey"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "UserID={0}&ApiKey=formkey&ApiKeyExpire=2099-01-01")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"apikey\"\r\n\r\nformkey\r\n--x\r\nContent-Disposition: form-data; name=\"APIKEYEXPIRE\"\r\n\r\n2099-01-01\r\n--x--\r\n")]
    [InlineData("application/json ; charset=utf-8", "{{\"userid\":\"{0}\",\"APIKEY\":\"formkey\",\"apikeyexpire\":\"2099-01-01\"}}")]
    public async Task A_body_may_come_in_the_ways_of_a_login(string type, string body)
    {
        var who = await host.PersonAsync();
        Assert.Equal(Done, (await PutAsync(who, string.Format(null, body, who.Number), type)).Body);
        Assert.Equal("formkey", (await host.ReadKeyAsync(who)).Data().Text("ApiKey"));
    }

    [Fact]
    public async Task Who_did_it_and_from_where_is_not_the_bodys_to_say()
    {
        var who = await host.PersonAsync();
        await PutAsync(who, """{"ApiKey":"k","ApiKeyExpire":"2099-01-01","OperUserID":4711,"ClientIP":"203.0.113.9","ReturnUrl":"https://evil.example","DataToken":"d"}""", "application/json");
        Assert.Equal(Result(who.Number, $"true,\"ApiKey\":\"k\",\"ApiKeyExpire\":\"2099-01-01T00:00:00+08:00\",\"OperUserID\":{who.Number},\"ClientIP\":\"127.0.0.1\""), (await host.ReadKeyAsync(who)).Body);
    }

    [Fact]
    public async Task Keys_are_sealed_at_rest_bound_to_their_row_and_in_no_log()
    {
        var (one, two) = (await host.PersonAsync(), await host.PersonAsync());
        var key = $"secret-key-{Guid.NewGuid():N}-and-more";
        await host.SetKeyAsync(one, key);
        await host.SetKeyAsync(one, key);
        var row = (await host.RowAsync(one))!;
        Assert.DoesNotContain(key, Encoding.UTF8.GetString(row.Sealed), StringComparison.Ordinal);
        Assert.DoesNotContain(key, row.Mac, StringComparison.Ordinal);
        await host.SignInByKeyAsync(key);
        await host.SignInByKeyAsync($"{key}x");
        Assert.DoesNotContain(key, host.Log.Text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(host.Folder, "identity.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain(key, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        // Another nonce each time, and a ciphertext that was moved to another account opens no more.
        await host.SetKeyAsync(two, key);
        Assert.NotEqual(row.Sealed, (await host.RowAsync(two))!.Sealed);
        await host.SqlAsync($"UPDATE api_keys SET sealed = {row.Sealed} WHERE account_id = {(await host.RowAsync(two))!.AccountId}");
        Assert.Equal(2, (await host.ReadKeyAsync(two)).Json.Number("Status"));
        Assert.Equal(key, (await host.ReadKeyAsync(one)).Data().Text("ApiKey"));
    }

    private static string Result(int number, string rest) =>
        $$"""{"ResultObj":{"UserID":{{number}},"IsApply":{{rest}},"ReturnUrl":null,"DataToken":null},"Status":0,"StatusCode":0,"Msg":null,"ErrorObj":null}""";

    private static (int Status, string Body) Seen(Answer answer) => (answer.Status, answer.Body);

    private Task<Answer> PutAsync(ApiKeyHost.Person who, string body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/Users/ApiKey") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.TryAddWithoutValidation("AccessToken", who.Token);
        return host.SendAsync(request);
    }

    private sealed class QueryHost : ApiKeyHost
    {
        protected override IEnumerable<string> Settings => ["--Compat:NleCloud:AccessTokenInQuery=true"];
    }
}
