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
    private static readonly (string Api, string Path)[] Routes =
    [
        ("cloudmind", "/usercenter/v1/login/EmailLogin"), ("cloudmind", "/usercenter/v1/login/Register"), ("cloudmind", "/usercenter/v1/tools/SendEmail"), ("cloudmind", "/usercenter/v1/login/QqLogin"),
        ("nlecloud", "/Users/Login"), ("rageframe", "/v1/site/login"), ("rageframe", "/v1/site/refresh"),
    ];

    private static readonly Gen<string> Name = Gen.Elements("email", "passWord", "password", "nickName", "code", "Account", "account", "Password", "IsRememberMe", "username", "group", "refresh_token", "", "\\u0000");

    // As it stands between the quotes of JSON, escapes included.
    private static readonly Gen<string> Written = Gen.OneOf(
        Gen.Elements("a", "admin", "@", "＠", "a@b.c", "张@例子.cn", "app", "wechat", "null", "true", "13800138000", "+86", "１２", "😀", "é", "ﬀ", "İ", ".", "-", " ", "%00", "&", "="),
        Gen.Elements("\\u0000", "\\ud83d", "\\ude00", "\\uD83D\\uDE00", "\\n", "\\\"", "\\u202e", "\\uffff", "\\x", "\u0001", "\u007f", "\uFEFF"))
        .ListOf().Select(string.Concat);

    private static readonly Gen<string> Value = Gen.OneOf(
        Written.Select(text => $"\"{text}\""), Written.Select(text => $"\"{text}\""), Gen.Elements("null", "true", "1", "-1.5e300", "[]", "{}", "[{\"a\":[1]}]", "\"", "01", "NaN"));

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
    public void Only_documented_answers_come_out()
    {
        Any.ForAll(
            Gen.Zip(Gen.Elements(Routes), Bodies),
            asked =>
            {
                var ((api, path), (type, body)) = asked;
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var response = host.BackChannel.Send(request);
                using var content = new StreamReader(response.Content.ReadAsStream(), new UTF8Encoding(false, throwOnInvalidBytes: true));
                var headers = response.Headers.Concat(response.Content.Headers).Select(header => KeyValuePair.Create(header.Key, string.Join(", ", header.Value))).ToList();
                Assert.Null(Tongue.Complaint(api, "POST", new RawAnswer((int)response.StatusCode, headers, content.ReadToEnd())));
            },
            runs: 500);
        Assert.Empty(host.Log.Lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text));
    }

    private static byte[] Damage(byte[] octets, byte with)
    {
        if (octets.Length > 0)
        {
            octets[with % octets.Length] = with;
        }

        return octets;
    }
}
