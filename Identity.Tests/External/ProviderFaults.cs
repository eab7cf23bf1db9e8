namespace Identity.Tests.External;

/// <summary>What providers do in place of answering, row by row: where, what, and whether it is the person's code (invalid_grant) or the provider (temporarily_unavailable).</summary>
internal static class ProviderFaults
{
    public const string QqToken = "/oauth2.0/token";
    public const string QqMe = "/oauth2.0/me";
    public const string WxToken = "/sns/oauth2/access_token";
    public const string WxSession = "/sns/jscode2session";

    private const string Busy = """{"errcode":-1,"errmsg":"system error, hints: [ req_id: 4a21 ]"}""";

    private static readonly Dictionary<string, (string Path, Fault Fault, bool Refused)> Table = new(StringComparer.Ordinal)
    {
        ["QQ: code used, JSONP under text/html"] = (QqToken, Fault.Answer("callback( {\"error\":100020,\"error_description\":\"code is reused error\"} );\n", "text/html"), true),
        ["QQ: code used, bare object"] = (QqToken, Fault.Answer("""{"error":100020,"error_description":"code is reused error"}""", "text/html"), true),
        ["QQ: code used, number as text"] = (QqToken, Fault.Answer("""{"error":"100020"}""", "text/html"), true),
        ["QQ: code used, form"] = (QqToken, Fault.Answer("error=100020&error_description=code", "text/html"), true),
        ["QQ: code not exchanged"] = (QqToken, Fault.Answer("""{"error":100019}"""), true),
        ["QQ: our key is wrong"] = (QqToken, Fault.Answer("""{"error":100009,"error_description":"secret"}"""), false),
        ["QQ: our redirect is wrong"] = (QqToken, Fault.Answer("""callback( {"error":100010} );""", "text/html"), false),
        ["QQ: an unheard-of number"] = (QqToken, Fault.Answer("""{"error":199999}"""), false),
        ["QQ: an error that is no number"] = (QqToken, Fault.Answer("""{"error":"server busy"}"""), false),
        ["QQ: no token in success"] = (QqToken, Fault.Answer("""{"expires_in":"7776000"}"""), false),
        ["QQ: a page"] = (QqToken, Fault.Answer("<html><body>502 Bad Gateway</body></html>", "text/html"), false),
        ["QQ: HTTP 500"] = (QqToken, Fault.Answer("oops", status: 500), false),
        ["QQ: nothing"] = (QqToken, Fault.Answer(""), false),
        ["QQ: cut short JSON"] = (QqToken, Fault.Answer("""{"access_token":"abc"""), false),
        ["QQ: too long"] = (QqToken, Fault.Answer($$"""{"access_token":"{{new string('a', 100_000)}}"}"""), false),
        ["QQ: connection cut"] = (QqToken, Fault.Cut, false),
        ["QQ: connection cut in the middle"] = (QqToken, Fault.CutInTheMiddle, false),
        ["QQ: a redirect"] = (QqToken, new Fault(http => { http.Response.Redirect("https://elsewhere.example/"); return Task.CompletedTask; }), false),
        ["QQ me: dead token, JSONP"] = (QqMe, Fault.Answer("callback( {\"error\":100016,\"error_description\":\"access token check failed\"} );", "text/html"), true),
        ["QQ me: token of another app"] = (QqMe, Fault.Answer("""callback( {"client_id":"101999999","openid":"0123456789ABCDEF0123456789ABCDEF"} );""", "text/html"), true),
        ["QQ me: no unionid permission"] = (QqMe, Fault.Answer("""{"error":100048}"""), false),
        ["QQ me: no openid"] = (QqMe, Fault.Answer("""{"client_id":"101000001"}"""), false),
        ["QQ me: openid of nonsense"] = (QqMe, Fault.Answer("""{"client_id":"101000001","openid":"a b"}"""), false),
        ["QQ me: connection cut"] = (QqMe, Fault.Cut, false),
        ["WeChat: busy"] = (WxToken, Fault.Answer(Busy), false),
        ["WeChat: minute quota"] = (WxToken, Fault.Answer("""{"errcode":45011,"errmsg":"api minute-quota reach limit, rid: 62"}"""), false),
        ["WeChat: day quota"] = (WxToken, Fault.Answer("""{"errcode":45009}"""), false),
        ["WeChat: bad code"] = (WxToken, Fault.Answer("""{"errcode":40029,"errmsg":"invalid code, rid: 62"}"""), true),
        ["WeChat: code used"] = (WxToken, Fault.Answer("""{"errcode":40163,"errmsg":"code been used, rid: 62"}"""), true),
        ["WeChat: code expired"] = (WxToken, Fault.Answer("""{"errcode":"42003"}"""), true),
        ["WeChat: our secret is wrong"] = (WxToken, Fault.Answer("""{"errcode":40125,"errmsg":"invalid appsecret"}"""), false),
        ["WeChat: our secret is frozen"] = (WxToken, Fault.Answer("""{"errcode":40243}"""), false),
        ["WeChat: no openid in success"] = (WxToken, Fault.Answer("""{"access_token":"a","expires_in":7200}"""), false),
        ["WeChat: a page"] = (WxToken, Fault.Answer("<html>busy=1</html>", "text/html"), false),
        ["WeChat: HTTP 502"] = (WxToken, Fault.Answer("", status: 502), false),
        ["WeChat: a list"] = (WxToken, Fault.Answer("[]", "application/json; encoding=utf-8"), false),
        ["WeChat: connection cut"] = (WxToken, Fault.Cut, false),
        ["WeChat: connection cut in the middle"] = (WxToken, Fault.CutInTheMiddle, false),
        ["WeChat: a charset that is none"] = (WxToken, Fault.Answer(Busy, "application/json; charset=utf8"), false),
        ["WeChat: snapshot user"] = (WxToken, Fault.Answer("""{"access_token":"a","expires_in":7200,"openid":"oSHADOW","scope":"snsapi_userinfo","is_snapshotuser":1,"unionid":"oSHADOWUNION"}"""), true),
    };

    public static IEnumerable<string> All => Table.Keys;

    public static (string Path, Fault Fault, bool Refused) Of(string name) => Table[name];
}
