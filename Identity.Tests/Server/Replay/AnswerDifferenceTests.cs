using Identity.Server.Replay;

namespace Identity.Tests.Server.Replay;

public sealed class AnswerDifferenceTests
{
    [Theory]
    [InlineData("""{"code":200,"data":{"access_token":"a","refresh_token":"b"}}""", """{"code":200,"data":{"access_token":"c","refresh_token":"d"}}""")]
    [InlineData("""{"ResultObj":{"UserID":1,"AccessToken":"a"},"Status":0}""", """{"ResultObj":{"UserID":2,"AccessToken":"b"},"Status":0}""")]
    [InlineData("""{"accessToken":"a","accessExpire":1,"refreshAfter":2}""", """{"accessToken":"b","accessExpire":3,"refreshAfter":4}""")]
    [InlineData("""{"last_time":1,"last_ip":"a","visit_count":1,"updated":1,"append":5}""", """{"last_time":2,"last_ip":"b","visit_count":2,"updated":2,"append":6}""")]
    [InlineData("""{ "a" : 1 }""", """{"a":1}""")]
    [InlineData("", "")]
    [InlineData("text", "text ")]
    public void Tokens_clocks_and_numbers_of_people_are_no_differences(string old, string now) => Assert.Empty(AnswerDifference.Of(Answer(old), Answer(now)));

    [Theory]
    [InlineData("""{"code":422}""", """{"code":400}""", "$.code: old 422, new 400")]
    [InlineData("""{"code":422}""", """{"code":"422"}""", "$.code: old whole number, new text")]
    [InlineData("""{"id":1}""", """{"id":"1"}""", "$.id: old whole number, new text")]
    [InlineData("""{"a":1.5}""", """{"a":1}""", "$.a: old number, new whole number")]
    [InlineData("""{"a":null}""", """{"a":"x"}""", "$.a: old null, new text")]
    [InlineData("""{"data":[]}""", """{"data":{}}""", "$.data: old array, new object")]
    [InlineData("""{"data":[1]}""", """{"data":[]}""", "$.data: old has 1 items, new 0")]
    [InlineData("""{"data":[1]}""", """{"data":[2]}""", "$.data[0]: old 1, new 2")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""", "$: the names stand in another order")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""", "$.a.b: missing in new")]
    [InlineData("""{"a":{}}""", """{"a":{"b":1}}""", "$.a.b: missing in old")]
    [InlineData("""{"message":"一"}""", """{"message":"二"}""", "$.message: old \"一\", new \"二\"")]
    [InlineData("""{"expiration_time":7200}""", """{"expiration_time":172800}""", "$.expiration_time: old 7200, new 172800")]
    [InlineData("""{"nickname":"secret"}""", """{"nickname":"other"}""", "$.nickname: the values differ")]
    [InlineData("""{"a":true}""", """{"a":false}""", "$.a: old true, new false")]
    [InlineData("{}", "text", "body: old JSON, new none")]
    [InlineData("one", "two", "body: the texts differ, and neither is JSON")]
    public void What_a_client_can_tell_apart_is_said_once(string old, string now, string difference) => Assert.Equal([difference], AnswerDifference.Of(Answer(old), Answer(now)));

    [Fact]
    public void Status_and_the_headers_that_matter_are_compared()
    {
        var old = new ReplayAnswer(200, Headers(("Content-Type", "application/json; charset=UTF-8"), ("Server", "nginx"), ("Set-Cookie", "PHPSESSID=secret1; path=/")), "{}");
        Assert.Equal(["header Set-Cookie: old PHPSESSID, new absent"], AnswerDifference.Of(old, old with { Headers = Headers(("content-type", "application/json;charset=utf-8")) }));
        Assert.Equal(["status: old 200, new 401", "header WWW-Authenticate: old absent, new Bearer"], AnswerDifference.Of(old, new(401, Headers([.. old.Headers.Select(pair => (pair.Key, pair.Value)), ("WWW-Authenticate", "Bearer realm=x")]), "{}")));
    }

    private static ReplayAnswer Answer(string body) => new(200, Headers(), body);

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) => headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
}
