using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Identity.Tests.Compat;
using Identity.Tests.OpenId;
using Identity.Tests.Support;

namespace Identity.Tests.BadInput;

/// <summary>Bodies of every shape over real HTTP: only documented answers come back.</summary>
public sealed class LegacyFuzzTests(LegacyHost host) : IClassFixture<LegacyHost>
{
    // The last ones are asked with a living token, so that what is wrong with the rest is looked at.
    private static readonly (string Api, string Method, string Path, bool SignedIn)[] Routes =
    [
        ("cloudmind", "POST", "/usercenter/v1/login/EmailLogin", false), ("cloudmind", "POST", "/usercenter/v1/login/Register", false), ("cloudmind", "POST", "/usercenter/v1/tools/SendEmail", false),
        ("cloudmind", "POST", "/usercenter/v1/login/SendEmail", false), ("cloudmind", "POST", "/usercenter/v1/login/QqLogin", false), ("cloudmind", "POST", "/usercenter/v1/login/WxLogin", false),
        ("nlecloud", "POST", "/Users/Login", false), ("rageframe", "POST", "/v1/site/login", false), ("rageframe", "POST", "/v1/site/refresh", false),
        ("rageframe", "POST", "/api/v1/site/login", false), ("rageframe", "POST", "/api/v1/site/refresh", false),
        ("nlecloud", "PUT", "/Users/ApiKey", false), ("nlecloud", "GET", "/Users/ApiKey", false),
        ("nlecloud", "PUT", "/Users/ApiKey", true), ("nlecloud", "PUT", "/Users/ApiKey", true), ("nlecloud", "PUT", "/Users/ApiKey", true), ("nlecloud", "GET", "/Users/ApiKey", true), ("nlecloud", "GET", "/Users/ApiKey", true),
    ];

    // What else than a failure may come of a request that the dice made right.
    private const string Done = """{"Status":0,"StatusCode":0,"Msg":null,"ErrorObj":null}""";

    private static readonly Gen<string> Name = Gen.Elements("email", "passWord", "password", "nickName", "code", "Account", "account", "Password", "IsRememberMe", "username", "group", "refresh_token", "UserID", "ApiKey", "ApiKey", "ApiKeyExpire", "ApiKeyExpire", "OperUserID", "DataToken", "", "\\u0000");

    // As it stands between the quotes of JSON, escapes included.
    private static readonly Gen<string> Written = Gen.OneOf(
        Gen.Elements("a", "admin", "@", "＠", "a@b.c", "张@例子.cn", "app", "wechat", "null", "true", "13800138000", "+86", "１２", "😀", "é", "ﬀ", "İ", ".", "-", " ", "%00", "&", "="),
        Gen.Elements("\\u0000", "\\ud83d", "\\ude00", "\\uD83D\\uDE00", "\\n", "\\\"", "\\u202e", "\\uffff", "\\x", "\u0001", "\u007f", "\uFEFF"))
        .ListOf().Select(string.Concat);

    private static readonly Gen<string> Value = Gen.OneOf(
        Written.Select(text => $"\"{text}\""), Written.Select(text => $"\"{text}\""), Gen.Elements(
            "null", "true", "1", "-1.5e300", "1e999", new string('9', 400), "-0", "[]", "{}", "[{\"a\":[1]}]", new string('[', 60) + new string(']', 60), "\"", "01", "NaN",
            "\"2099-01-01\"", "\"2023-01-29T21:37:32.7469001+08:00\"", "\"9999-12-31T23:59:59-14:00\"", "\"0001-01-01\""));

    private static readonly Gen<string> Query = Gen.OneOf(
        Gen.Constant(""), Gen.Constant("?userID=1"), Any.Text.Select(text => $"?userID={Uri.EscapeDataString(text)}"), Gen.Elements("?userID=%ff", "?userID=%00", "?userID=-1", "?userID=1&userID=2", "?USERID=2147483648", "?access-token=null", "?AccessToken=null&userID="));

    private static readonly Gen<string> JsonText = Gen.Zip(Name, Value).Select(pair => $"\"{pair.Item1}\":{pair.Item2}").ListOf().Select(members => $"{{{string.Join(',', members)}}}");

    private static readonly Gen<string> FormText = Gen.Zip(Name, Any.Text).Select(pair => $"{pair.Item1}={pair.Item2}").ListOf().Select(pairs => string.Join('&', pairs));

    private static readonly Gen<string> MultipartText = Gen.Zip(Name, Any.Text).ListOf()
        .Select(parts => string.Concat(parts.Select(part => $"--x\r\nContent-Disposition: form-data; name=\"{part.Item1}\"\r\n\r\n{part.Item2}\r\n")) + "--x--\r\n");

    private static readonly Gen<(string Type, byte[] Body)> Bodies = Gen.OneOf(
        JsonText.Select(text => ("application/json", Encoding.UTF8.GetBytes(text))),
        JsonText.Select(text => ("application/json ; charset=utf-8", Encoding.UTF8.GetBytes(text))),
        Gen.Zip(JsonText, Any.Octet).Select(pair => ("text/json", Damage(Encoding.UTF8.GetBytes(pair.Item1), pair.Item2))),
        FormText.Select(text => ("application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(text))),
        Any.Body.Select(octets => ("application/x-www-form-urlencoded", octets)),
        MultipartText.Select(text => ("multipart/form-data; boundary=x", Encoding.UTF8.GetBytes(text))),
        Gen.Zip(MultipartText, Any.Octet).Select(pair => ("multipart/form-data; boundary=x", Damage(Encoding.UTF8.GetBytes(pair.Item1), pair.Item2))),
        Any.Body.Select(octets => ("application/octet-stream", octets)));

    [Fact]
    public async Task Only_documented_answers_come_out()
    {
        await host.AddAccountAsync(new() { UserName = "fuzzer" });
        var token = (await host.NleCloudLoginAsync("fuzzer")).Data().Text("AccessToken");
        Any.ForAll(
            Gen.Zip(Gen.Zip(Gen.Elements(Routes), Query), Bodies),
            asked =>
            {
                var (((api, method, path, signedIn), query), (type, body)) = asked;
                using var request = new HttpRequestMessage(new(method), path + query) { Content = new ByteArrayContent(body) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                if (signedIn)
                {
                    request.Headers.TryAddWithoutValidation("AccessToken", token);
                }

                using var response = host.BackChannel.Send(request);
                using var content = new StreamReader(response.Content.ReadAsStream(), new UTF8Encoding(false, throwOnInvalidBytes: true));
                var headers = response.Headers.Concat(response.Content.Headers).Select(header => KeyValuePair.Create(header.Key, string.Join(", ", header.Value))).ToList();
                var answer = new RawAnswer((int)response.StatusCode, headers, content.ReadToEnd());
                if (!signedIn || !IsSuccess(answer))
                {
                    Assert.Null(Tongue.Complaint(api, method, answer));
                }
            },
            runs: 700);
        Assert.Empty(host.Log.Lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text));
    }

    private static bool IsSuccess(RawAnswer answer) => answer.Status == 200 && (answer.Body is Done
        || (answer.Body.StartsWith("{\"ResultObj\":{\"UserID\":1,\"IsApply\":", StringComparison.Ordinal) && answer.Body.EndsWith("\"ReturnUrl\":null,\"DataToken\":null},\"Status\":0,\"StatusCode\":0,\"Msg\":null,\"ErrorObj\":null}", StringComparison.Ordinal)));

    private static byte[] Damage(byte[] octets, byte with)
    {
        if (octets.Length > 0)
        {
            octets[with % octets.Length] = with;
        }

        return octets;
    }
}
