using System.Net.Sockets;
using System.Text;
using Identity.Tests.Support;

namespace Identity.Tests.BadInput;

/// <summary>Whatever is sent to whichever route: the documented answer in that route's own words, no fault, nothing in the log that would wake anybody.</summary>
public sealed class EveryRouteTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string JsonType = "application/json";
    private const int TenMegabytes = 10 * 1024 * 1024;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"];

    public static TheoryData<string, string?, string> Texts => new()
    {
        { "cut short", JsonType, """{"email":"a@b.c","passWord":""" },
        { "two values", JsonType, "{}{}" },
        { "no object", JsonType, "[{}]" },
        { "no JSON", JsonType, "email=a@b.c" },
        { "other quotes", JsonType, "{'email':'a@b.c'}" },
        { "half a surrogate pair as value", JsonType, """{"email":"\ud800","username":"\ud800","Account":"\udfff","refresh_token":"\ud800"}""" },
        { "half a surrogate pair as name", JsonType, """{"\ud800":1}""" },
        { "NUL", JsonType, """{"email":"a\u0000@b.c","passWord":"\u0000","username":"\u0000","password":"\u0000","group":"app","Account":"\u0000","Password":"\u0000"}""" },
        { "control characters", JsonType, "{\"email\":\"a\u0001\",\"passWord\":\"p\"}" },
        { "wrong types", JsonType, """{"email":{},"passWord":[],"nickName":1,"code":null,"username":{},"password":true,"group":[],"Account":[[]],"Password":1e999,"refresh_token":{}}""" },
        { "huge numbers", JsonType, $$"""{"Account":{{new string('9', 5000)}},"Password":-0.0e-99999,"username":1e400,"password":1,"group":1}""" },
        { "repeated names", JsonType, """{"email":"a@b.c","email":"b@b.c","passWord":"1","passWord":"2","username":"a","username":"b","Account":"a","account":"b","Password":"p","PASSWORD":"q"}""" },
        { "deep arrays", JsonType, new string('[', 30_000) },
        { "deep objects", JsonType, string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000) },
        { "long text", JsonType, $$"""{"email":"{{new string('a', 60_000)}}","passWord":"p","Account":"{{new string('a', 1000)}}","Password":"p"}""" },
        { "another character set", "application/json; charset=utf-16", "{}" },
        { "JSON as problem", "application/problem+json", "{}" },
        { "JSON as text", "text/plain", """{"email":"a@b.c","passWord":"p"}""" },
        { "no content type", null, """{"email":"a@b.c","passWord":"p"}""" },
        { "nothing", JsonType, "" },
        { "nothing as form", Form, "" },
        { "html", "text/html", "<script>alert(1)</script>" },
        { "semicolons", ";;;", "a=b" },
        { "two types", "application/json, text/plain", "{}" },
        { "a type of nonsense", "\"application\"/ json", "{}" },
        { "repeated parameters", Form, "grant_type=password&grant_type=password&token=a&token=b&access_token=a&access_token=b&username=a&username=b&password=p&password=q&group=app&group=app&Account=a&Account=b&Password=p" },
        { "repeated clients", Form, "client_id=web&client_id=web&token=x" },
        { "a hundred and fifty parameters", Form, string.Join('&', Enumerable.Range(0, 150).Select(i => $"p{i}=v")) },
        { "a long parameter", Form, $"grant_type=password&username={new string('a', 50_000)}&password=p&token={new string('a', 9000)}&access_token={new string('a', 9000)}" },
        { "a long name", Form, $"{new string('a', 60_000)}=v" },
        { "broken escapes", Form, "grant_type=%zz&username=%&token=%4&access_token=%4" },
        { "NUL as escape", Form, "grant_type=password&username=%00&password=%00&token=%00&access_token=%00&Account=%00&Password=%00&group=%00" },
        { "no UTF-8 as escape", Form, "grant_type=password&username=%ff%fe&password=%c0%80&token=%ed%a0%80&access_token=%ff" },
        { "only separators", Form, "&&&===&&=&" },
        { "a right form for the wrong place", Form, "grant_type=password&username=nobody&password=wrong&scope=openid&token=unknown" },
        { "form as JSON", JsonType, "grant_type=password&username=a" },
        { "multipart without boundary", "multipart/form-data", "--x\r\n\r\n" },
        { "multipart with a long boundary", $"multipart/form-data; boundary={new string('b', 200)}", "--x" },
        { "multipart cut short", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nadm" },
        { "multipart without names", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x\r\nContent-Disposition: attachment\r\n\r\nb\r\n--x--\r\n" },
        { "multipart with a bad header", "multipart/form-data; boundary=x", "--x\r\nno header at all\r\n\r\na\r\n--x--\r\n" },
        { "multipart with many headers", "multipart/form-data; boundary=x", "--x\r\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"h{i}: v\r\n")) + "\r\na\r\n--x--\r\n" },
        { "multipart with a long header", "multipart/form-data; boundary=x", $"--x\r\nContent-Disposition: form-data; name=\"{new string('n', 40_000)}\"\r\n\r\na\r\n--x--\r\n" },
        { "multipart of a file", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"username\"; filename=\"a.txt\"\r\n\r\n\u0000\r\n--x--\r\n" },
        { "a mailbox in other letters", JsonType, """{"email":"a＠b．com","nickName":"a","passWord":"long enough","code":"123456"}""" },
        { "a mailbox that no mail goes to", JsonType, """{"email":"张三@例子.中国","nickName":"a","passWord":"long enough","code":"123456"}""" },
        { "a mailbox with a long label", JsonType, $$"""{"email":"a@{{new string('b', 80)}}.com","nickName":"a","passWord":"long enough","code":"１２３４５６"}""" },
        { "a mailbox of punctuation", JsonType, """{"email":"!#$%&'*+/=?^_`{|}~-@-.-","nickName":"a","passWord":"long enough","code":"123456"}""" },
    };

    [Theory, MemberData(nameof(Texts))]
    public Task A_body_that_makes_no_sense(string name, string? contentType, string body)
    {
        Assert.NotEmpty(name);
        return EachAsync(route => route.Request(contentType, Encoding.UTF8.GetBytes(body)));
    }

    [Theory]
    [InlineData(JsonType)]
    [InlineData(Form)]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    public Task A_body_that_is_no_UTF8(string contentType) => EachAsync(
        route => route.Request(contentType, [.. "{\"email\":\""u8, 0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, .. "\",\"Account\":\"a\"}"u8]),
        route => route.Request(contentType, [.. "grant_type=password&username="u8, 0xFF, .. "&Account="u8, 0xC3]),
        route => route.Request(contentType, [.. "--x\r\nContent-Disposition: form-data; name=\"Account\"\r\n\r\n"u8, 0xFF, 0xFE, .. "\r\n--x--\r\n"u8]),
        route => route.Request(contentType, [0xEF, 0xBB, 0xBF]),
        route => route.Request(contentType, [0x1F, 0x8B, 0x08, 0x00]));

    [Theory]
    [InlineData(JsonType)]
    [InlineData(Form)]
    public Task Ten_megabytes(string contentType)
    {
        var body = new byte[TenMegabytes];
        body.AsSpan().Fill((byte)'a');
        byte[] chunked = [.. Encoding.ASCII.GetBytes($"{TenMegabytes:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
        return EachAsync(
            route => route.Request(contentType, body),
            route => route.Request(contentType, chunked, "Transfer-Encoding: chunked"));
    }

    [Fact]
    public Task More_than_the_server_takes_at_all() => EachAsync(
        route => route.Request(Form, "a=b"u8.ToArray(), "Content-Length: 20000000"));

    [Theory]
    [InlineData("zz\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcdef\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\nabc")]
    [InlineData("-1\r\nabc\r\n")]
    [InlineData("\r\n\r\n")]
    public async Task Broken_chunks(string body)
    {
        // A route that does not read its body has answered before anybody sees what is wrong with it.
        await EachAsync(
            route => route.Request(JsonType, Encoding.ASCII.GetBytes(body), "Transfer-Encoding: chunked"),
            route => route.Request(Form, Encoding.ASCII.GetBytes(body), "Transfer-Encoding: chunked"));
    }

    [Fact]
    public Task Every_method() => EachAsync([.. Methods.Select(method => new Func<Route, (string, byte[])>(route => (method, route.Request(null, [], method: method))))]);

    [Fact]
    public Task A_query_that_makes_no_sense() => EachAsync(
        new[] { "access-token=null", "access-token=", "x=%zz", "x=%00", "=&&=", $"x={new string('a', 6000)}", "username=a&username=b", "returnUrl=https://evil.example" }
            .Select(query => new Func<Route, byte[]>(route => (route with { Path = $"{route.Path}?{query}" }).Request(JsonType, "{}"u8.ToArray()))));

    [Fact]
    public async Task Only_RageFrame_is_open_to_scripts()
    {
        foreach (var route in Route.Of(host).Where(route => route.Api is not null))
        {
            foreach (var method in new[] { "OPTIONS", "POST", "GET" })
            {
                var answer = await RawHttp.SendAsync(host.Address, RawHttp.Request(
                    $"{method} {route.Path} HTTP/1.1\nHost: localhost\nConnection: close\nOrigin: https://h5.example\nAccess-Control-Request-Method: POST\nContent-Length: 0", []));
                Assert.Equal(route.Api is "rageframe" ? "*" : "", answer["Access-Control-Allow-Origin"]);
                Assert.Equal("", answer["Access-Control-Allow-Credentials"]);
            }
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_is_nobodys_fault()
    {
        var before = host.Log.Lines.Count;
        foreach (var route in Route.Of(host))
        {
            foreach (var abruptly in new[] { true, false })
            {
                using var connection = new TcpClient { NoDelay = true, LingerState = new(abruptly, 0) };
                await connection.ConnectAsync(host.Address.Host, host.Address.Port);
                await connection.GetStream().WriteAsync(route.Request(JsonType, "{\"email\":"u8.ToArray(), "Content-Length: 1000"));
            }
        }

        // Stopping waits for every request that is still being answered.
        await host.RestartAsync();
        Assert.Empty(ErrorsSince(before));
    }

    private Task EachAsync(params IEnumerable<Func<Route, byte[]>> requests) =>
        EachAsync([.. requests.Select(request => new Func<Route, (string, byte[])>(route => (route.Method, request(route))))]);

    private async Task EachAsync(IReadOnlyList<Func<Route, (string Method, byte[] Octets)>> requests)
    {
        var (complaints, before) = (new List<string>(), host.Log.Lines.Count);
        foreach (var route in Route.Of(host))
        {
            foreach (var (method, octets) in requests.Select(request => request(route)))
            {
                if (Tongue.Complaint(route.Api, method, await RawHttp.SendAsync(host.Address, octets)) is { } complaint)
                {
                    complaints.Add($"{method} {route.Path}: {complaint}");
                }
            }
        }

        Assert.Empty(complaints);
        Assert.Empty(ErrorsSince(before));
    }

    private IEnumerable<string> ErrorsSince(int before) => host.Log.Lines.Skip(before).Where(line => line.Level >= LogLevel.Error).Select(line => line.Text);
}
