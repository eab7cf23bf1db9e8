using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Identity.Compat;
using Microsoft.AspNetCore.Http;

namespace Identity.Tests.Compat;

public sealed class LegacyBodyTests
{
    private static readonly string[] ContentTypes =
    [
        "application/json", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "", ";", "multipart/form-data; boundary=\"",
    ];

    [Theory]
    [InlineData("application/json; charset=UTF-8", """{"Account":"a","Password":"p"}""")]
    [InlineData("application/json", """{"Account":"a","Password":"p","IsRememberMe":false}""")]
    [InlineData("application/json ; charset=utf-8", """{"Account":"a","Password":"p"}""")]
    [InlineData("APPLICATION/JSON;charset=gb2312", """{"account":"a","PASSWORD":"p"}""")]
    [InlineData("text/json", """ { "Account" : "a" , "Password" : "p" } """)]
    [InlineData("application/json;charset", """{"Account":"\u0061","Password":"p"}""")]
    [InlineData("application/json", "\uFEFF" + """{"Account":"a","Password":"p"}""")]
    [InlineData("application/x-www-form-urlencoded", "Account=a&Password=p&IsRememberMe=True")]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", "Account=%61&Password=p&rememberme=true")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"Account\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=Password\r\n\r\np\r\n--b--\r\n")]
    [InlineData("multipart/form-data ; boundary=\"b\"", "--b\r\nContent-Disposition: form-data; name=\"Account\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"Password\"\r\n\r\np\r\n--b--")]
    public async Task Every_encoding_of_the_field_gives_the_same_fields(string contentType, string body)
    {
        var read = await ReadAsync(LegacyApi.NleCloud, contentType, body);
        Assert.Equal(BodyMistake.None, read.Mistake);
        Assert.Equal(("a", "p"), (read["Account"].Value, read["Password"].Value));
    }

    [Fact]
    public async Task Json_keeps_the_kind_of_each_value()
    {
        var read = await ReadAsync(LegacyApi.RageFrame, "application/json", """{"text":"1","number":18852003606,"yes":true,"no":false,"null":null,"object":{},"array":[1]}""");
        Assert.Equal(new(FieldKind.Text, "1"), read["text"]);
        Assert.Equal(new(FieldKind.Number, "18852003606"), read["number"]);
        Assert.Equal(
            [FieldKind.True, FieldKind.False, FieldKind.Null, FieldKind.Other, FieldKind.Other, FieldKind.Absent],
            new[] { "yes", "no", "null", "object", "array", "none" }.Select(name => read[name].Kind));
    }

    [Fact]
    public async Task Names_differ_by_case_except_for_NLECloud()
    {
        Assert.Equal("x", (await ReadAsync(LegacyApi.NleCloud, "application/json", """{"acCOUNT":"x"}"""))["Account"].Value);
        Assert.Equal(FieldKind.Absent, (await ReadAsync(LegacyApi.RageFrame, "application/json", """{"Group":"x"}"""))["group"].Kind);
        Assert.Equal(FieldKind.Absent, (await ReadAsync(LegacyApi.CloudMind, "application/json", """{"password":"x"}"""))["passWord"].Kind);
    }

    [Fact]
    public async Task Of_a_repeated_name_the_last_one_counts()
    {
        Assert.Equal("2", (await ReadAsync(LegacyApi.NleCloud, "application/json", """{"Account":"1","account":"2"}"""))["Account"].Value);
        Assert.Equal("2", (await ReadAsync(LegacyApi.RageFrame, "application/x-www-form-urlencoded", "group=1&group=2"))["group"].Value);
    }

    [Fact]
    public async Task Files_in_multipart_are_passed_over()
    {
        var read = await ReadAsync(
            LegacyApi.RageFrame,
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"group\"; filename=\"x\"\r\n\r\n\0\r\n--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n张三\r\n--b--\r\n");
        Assert.Equal(FieldKind.Absent, read["group"].Kind);
        Assert.Equal("张三", read["username"].Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    public async Task An_empty_body_has_no_fields(string contentType)
    {
        var read = await ReadAsync(LegacyApi.CloudMind, contentType, "");
        Assert.Equal((BodyMistake.None, FieldKind.Absent), (read.Mistake, read["email"].Kind));
    }

    [Theory]
    [InlineData("application/json", "[]", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", "\"a\"", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", "{", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", " ", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", "{\"a\":\"\u0001\"}", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", "{\"a\":\"\u007F\"}", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", """{"a":"\uD83D"}""", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", """{"\uD83D":1}""", nameof(BodyMistake.BadJson))]
    [InlineData("application/json", """{"a":"\u0000"}""", nameof(BodyMistake.BadJson))]
    [InlineData("application/x-www-form-urlencoded", "a=%FF", nameof(BodyMistake.BadForm))]
    [InlineData("application/x-www-form-urlencoded", "a=%00", nameof(BodyMistake.BadForm))]
    [InlineData("multipart/form-data; boundary=b", "a=b", nameof(BodyMistake.BadForm))]
    [InlineData("multipart/form-data", "--b--", nameof(BodyMistake.BadForm))]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\u0007\r\n--b--", nameof(BodyMistake.BadForm))]
    [InlineData("text/plain", "a=b", nameof(BodyMistake.UnknownType))]
    [InlineData("", "a=b", nameof(BodyMistake.UnknownType))]
    public async Task What_is_not_well_formed_has_no_fields(string contentType, string body, string mistake) =>
        Assert.Equal(mistake, (await ReadAsync(LegacyApi.RageFrame, contentType, body)).Mistake.ToString());

    [Fact]
    public async Task Json_that_is_not_utf8_is_malformed()
    {
        var read = await LegacyBody.ParseAsync("application/json; charset=latin1", [.. "{\"a\":\""u8, 0xE9, .. "\"}"u8], LegacyApi.NleCloud, default);
        Assert.Equal(BodyMistake.BadJson, read.Mistake);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "email=a")]
    [InlineData("multipart/form-data; boundary=b", "--b--")]
    public async Task CloudMind_reads_json_only(string contentType, string body) =>
        Assert.Equal(BodyMistake.UnknownType, (await ReadAsync(LegacyApi.CloudMind, contentType, body)).Mistake);

    [Theory]
    [InlineData(BoundedBody.MaxLength, nameof(BodyMistake.None))]
    [InlineData(BoundedBody.MaxLength + 1, nameof(BodyMistake.TooLarge))]
    [InlineData(BoundedBody.MaxLength * 20, nameof(BodyMistake.TooLarge))]
    public async Task A_body_has_at_most_64_KiB_and_is_read_to_its_end(int length, string mistake)
    {
        const string Frame = """{"email":""}""";
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(Frame.Insert(Frame.Length - 2, new string('a', length - Frame.Length))));
        var http = new DefaultHttpContext { Request = { Body = body, ContentType = "application/json" } };
        Assert.Equal(mistake, (await LegacyBody.ReadAsync(http.Request, LegacyApi.CloudMind, default)).Mistake.ToString());
        Assert.Equal(body.Length, body.Position);
    }

    [Fact]
    public void Any_octets_are_fields_or_a_mistake() =>
        Prop.ForAll(
            Gen.Elements(ContentTypes).Zip(ArbMap.Default.GeneratorFor<byte[]>()).ToArbitrary(),
            drawn => Judged(drawn.Item1, drawn.Item2)).QuickCheckThrowOnFailure();

    // Random octets seldom come past the first brace, so well-formed bodies are bent in one place too.
    [Fact]
    public void A_bent_body_is_fields_or_a_mistake() =>
        Prop.ForAll(
            (from sample in Gen.Elements(Samples)
             from at in Gen.Choose(0, sample.Body.Length - 1)
             from octet in Gen.Choose(0, 255)
             from length in Gen.Choose(0, 2)
             select (sample.ContentType, Bent: (byte[])[.. sample.Body[..at], .. Enumerable.Repeat((byte)octet, length), .. sample.Body[(at + 1)..]])).ToArbitrary(),
            drawn => Judged(drawn.ContentType, drawn.Bent)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static (string ContentType, byte[] Body)[] Samples { get; } =
    [
        ("application/json", "{\"a\":\"\\u4E2D\\uD83D\\uDE00\",\"b\":[1,{}],\"c\":-1.5e3}"u8.ToArray()),
        ("application/x-www-form-urlencoded", "a=%E4%B8%AD&b=+&c"u8.ToArray()),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n\0\r\n--b--\r\n"u8.ToArray()),
    ];

    private static bool Judged(string contentType, byte[] octets)
    {
        foreach (var api in new[] { LegacyApi.CloudMind, LegacyApi.NleCloud, LegacyApi.RageFrame })
        {
            var read = LegacyBody.ParseAsync(contentType, octets, api, default);
            if (!read.IsCompletedSuccessfully || (read.Result.Mistake != BodyMistake.None && read.Result["a"].Kind != FieldKind.Absent))
            {
                return false;
            }
        }

        return true;
    }

    private static Task<LegacyBody> ReadAsync(LegacyApi api, string contentType, string body) =>
        LegacyBody.ParseAsync(contentType, Encoding.UTF8.GetBytes(body), api, default);
}
