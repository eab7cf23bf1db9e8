using Identity.Compat.NleCloud;

namespace Identity.Tests.Compat.NleCloud;

public sealed class ChinaTimeTests
{
    [Theory]
    [InlineData("2023-01-29T21:37:32.7469001+08:00", "2023-01-29T21:37:32.7469001+08:00")]
    [InlineData("2023-01-29T13:37:32.7469001Z", "2023-01-29T21:37:32.7469001+08:00")]
    [InlineData("2023-01-29T21:37:32.7469001", "2023-01-29T21:37:32.7469001+08:00")]
    [InlineData("2023-01-29T08:37:32.7469001-05:00", "2023-01-29T21:37:32.7469001+08:00")]
    [InlineData("2023-01-29T21:37:32.5000000+08:00", "2023-01-29T21:37:32.5+08:00")]
    [InlineData("2023-01-29T21:37:32", "2023-01-29T21:37:32+08:00")]
    [InlineData("2023-01-29 21:37:32", "2023-01-29T21:37:32+08:00")]
    [InlineData("2023-01-29T21:37", "2023-01-29T21:37:00+08:00")]
    [InlineData("2023-01-29", "2023-01-29T00:00:00+08:00")]
    [InlineData("2024-02-29", "2024-02-29T00:00:00+08:00")]
    public void A_date_is_read_in_the_ways_that_clients_write_it_and_written_in_one(string text, string expected) => Assert.Equal(expected, ChinaTime.Write(ChinaTime.Read(text)!.Value));

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2023-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-1-9")]
    [InlineData("29/01/2023")]
    [InlineData("2023-01-29T25:00:00")]
    [InlineData("2023-01-29T21:37:32+99:00")]
    [InlineData("2023-01-29T21:37:32.+08:00")]
    [InlineData("2023-01-29\n")]
    [InlineData("２０２３-01-29")]
    [InlineData("0001-01-01T00:00:00")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("1675000000")]
    public void Anything_else_is_no_date(string text) => Assert.Null(ChinaTime.Read(text));
}
