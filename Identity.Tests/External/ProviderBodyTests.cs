using System.Text;
using Identity.Server.External;

namespace Identity.Tests.External;

/// <summary>Bodies as they really come.</summary>
public sealed class ProviderBodyTests
{
    public static TheoryData<string, string?> Bodies => new()
    {
        { """{"openid":"o1"}""", "o1" },
        { "\uFEFF {\"openid\":\"o1\"}\r\n", "o1" },
        { """callback( {"openid":"o1"} );""" + "\n", "o1" },
        { """callback({"openid":"o1"})""", "o1" },
        { """jQuery.cb_1 ( {"openid":"(o1);"} ) ;""", "(o1);" },
        { "access_token=t&openid=o1&expires_in=7776000", "o1" },
        { "access_token=t&openid=%E5%BC%A0", "张" },
        { """{"openid":"o1",}""", "o1" },
        { """{"openid":100020}""", "100020" },
        { "{\"nickname\":\"a\u0001\tb\",\"openid\":\"o1\"}", "o1" },
        { """{"nickname":"\ud83d","openid":"o1"}""", "o1" },
        { """{"nickname":"\ude00\ud83d\ud83d\ude00","openid":"o1"}""", "o1" },
        { """{"openid":"a\\ud83d"}""", null },
        { """{"openid":""}""", null },
        { """{"openid":null}""", null },
        { """{"openid":["o1"]}""", null },
        { """{"other":"o1"}""", null },
    };

    public static TheoryData<string> NoBodies => ["", " ", "<html>a=b</html>", "null", "[]", "\"a\"", "ok", "{", "{\"a\":", "callback(", "callback([1])", """{"a":1}{"a":1}""", """{"a":1,"a":2}""", new string('[', 5000)];

    [Theory, MemberData(nameof(Bodies))]
    public void The_object_is_found_in_every_wrapping(string body, string? openId)
    {
        var answer = ProviderBody.Read(Encoding.UTF8.GetBytes(body));
        Assert.NotNull(answer);
        if (body.Contains('\\', StringComparison.Ordinal) && openId is null)
        {
            // An escaped backslash is no surrogate; whatever became of it, nothing threw.
            return;
        }

        Assert.Equal(openId, answer.Value.Text("openid"));
    }

    [Theory, MemberData(nameof(NoBodies))]
    public void What_is_no_object_is_none(string body) => Assert.Null(ProviderBody.Read(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Octets_that_are_no_UTF_8_do_no_harm() => Assert.Equal("o1", ProviderBody.Read([.. "{\"nickname\":\""u8, 0xFF, 0xC0, .. "\",\"openid\":\"o1\"}"u8])!.Value.Text("openid"));

    [Theory]
    [InlineData("""{"errcode":0}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"errcode":-1}""", -1L)]
    [InlineData("""{"errcode":"40029"}""", 40029L)]
    [InlineData("""{"errcode":"nonsense"}""", long.MinValue)]
    [InlineData("""{"errcode":1.5}""", long.MinValue)]
    [InlineData("""{"errcode":99999999999999999999}""", long.MinValue)]
    public void An_error_of_any_shape_is_one(string body, long? number) => Assert.Equal(number, ProviderBody.Read(Encoding.UTF8.GetBytes(body))!.Value.Number("errcode"));

    [Theory]
    [InlineData("小明😀", "小明😀")]
    [InlineData("  a \t\n b  ", "a b")]
    [InlineData("‮evil‬​", "evil")]
    [InlineData("\uE001\uFFFDa", "a")]
    [InlineData("👨‍👩‍👧", "👨‍👩‍👧")]
    [InlineData("<b>\"x\"</b>", "<b>\"x\"</b>")]
    [InlineData("微信用户", null)]
    [InlineData("\u200D", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_nickname_is_made_fit_to_stand_beside_others(string? from, string? to) => Assert.Equal(to, Nickname.Clean(from));

    [Fact]
    public void A_long_nickname_is_cut_between_characters()
    {
        var family = string.Concat(Enumerable.Repeat("👨‍👩‍👧", 20));
        var cut = Nickname.Clean(family)!;
        Assert.InRange(cut.Length, 1, 64);
        Assert.Equal(0, cut.Length % "👨‍👩‍👧".Length);
    }
}
