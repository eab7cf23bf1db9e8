using System.Text;
using FsCheck.Fluent;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.Tests.OpenId.Parameters;

public sealed class ParameterSetTests
{
    private const string Malformed = "The parameters are not well-formed form data in UTF-8 without control characters.";

    [Fact]
    public void Rfc6749_appendix_B_what_is_written_reads_back_to_the_same_pairs()
    {
        var pair = Any.Text.SelectMany(name => Any.Text.Select(value => KeyValuePair.Create(name, value)));
        Any.ForAll(pair.ListOf(), pairs =>
        {
            var written = ParameterSet.Of(pairs).Write();
            Assert.All(written, c => Assert.True(char.IsAscii(c)));
            Assert.Equal(pairs, Parse(written).Pairs);
        });
    }

    [Fact]
    public void Rfc6749_appendix_B_its_own_example()
    {
        var set = ParameterSet.Of(KeyValuePair.Create("x", " %&+£€"));
        Assert.Equal("x=+%25%26%2B%C2%A3%E2%82%AC", set.Write());
        Assert.Equal(" %&+£€", Parse("x=+%25%26%2B%C2%A3%E2%82%AC").Find("x"));
    }

    [Theory]
    [InlineData("a=1&b=2", "a:1 b:2")]
    [InlineData("a=1&&b=2&", "a:1 b:2")]
    [InlineData("a", "a:")]
    [InlineData("a=", "a:")]
    [InlineData("=a", ":a")]
    [InlineData("=", ":")]
    [InlineData("a=b=c", "a:b=c")]
    [InlineData("a=%7e%7E", "a:~~")]
    [InlineData("%61=%62", "a:b")]
    [InlineData("a=1;b=2", "a:1;b=2")]
    [InlineData("A=1&a=2", "A:1 a:2")]
    [InlineData("", "")]
    [InlineData("&&&", "")]
    public void Pairs_are_read_in_order(string encoded, string pairs) =>
        Assert.Equal(pairs, string.Join(' ', Parse(encoded).Pairs.Select(pair => $"{pair.Key}:{pair.Value}")));

    public static TheoryData<string> MalformedForms =>
    [
        "a=%", "a=%4", "a=%zz", "a=%4g", "a=%g4", "%=a", "a=%%34", "a=% 41", "a=%+1",
        "a=%00", "a=%0a", "a=%0D%0A", "a=%1f", "a=%7F", "a\n=1", "a=\t", "a=1\r\n", "a=\u007f",
        "a=%C2%80", "a=%C2%85", "a=%c2%9b31m", "a=%C2%9F", "%C2%85=a", "a=\u0085",
        "a=%ff", "a=%C2", "a=%C0%80", "a=%ED%A0%80", "a=%F4%90%80%80", "a=%E4%B8", "%80=a",
    ];

    [Theory, MemberData(nameof(MalformedForms))]
    public void Malformed_escapes_text_that_is_not_utf8_and_control_characters_are_invalid_request(string encoded)
    {
        Assert.False(ParameterSet.Parse(Encoding.UTF8.GetBytes(encoded)).Succeeded(out _, out var error));
        Assert.Equal(OAuthError.InvalidRequest(Malformed), error);
    }

    [Fact]
    public void Raw_octets_that_are_not_utf8_are_invalid_request()
    {
        Assert.False(ParameterSet.Parse([(byte)'a', (byte)'=', 0xFF]).Succeeded(out _, out var error));
        Assert.Equal(OAuthError.InvalidRequest(Malformed), error);
    }

    [Fact]
    public void A_hundred_pairs_are_read_and_one_more_is_invalid_request()
    {
        var hundred = string.Join('&', Enumerable.Repeat("a=1", ParameterSet.MaxPairs));
        Assert.Equal(100, Parse(hundred).Pairs.Count);
        Assert.Equal(100, Parse(hundred + "&&").Pairs.Count);
        Assert.False(ParameterSet.Parse(Encoding.ASCII.GetBytes(hundred + "&a=1")).Succeeded(out _, out var error));
        Assert.Equal(OAuthError.InvalidRequest("The request has too many parameters."), error);
    }

    [Fact]
    public void Any_octets_are_either_pairs_or_invalid_request() => Any.ForAll(
        Any.Body,
        octets =>
        {
            if (ParameterSet.Parse(octets).Succeeded(out var set, out var error))
            {
                Assert.All(set.Pairs, pair => Assert.DoesNotContain(pair.Key + pair.Value, c => c is < ' ' or '\x7F'));
                Assert.Equal(set.Pairs, Parse(set.Write()).Pairs);
            }
            else
            {
                Assert.Equal("invalid_request", error.Error);
            }
        },
        1000);

    [Fact]
    public void Rfc6749_3_1_an_empty_value_counts_as_omitted()
    {
        var set = Parse("a=&b=&b=2&c=1&c=&c=3");
        Assert.Null(set.Find("a"));
        Assert.Empty(set.FindAll("a"));
        Assert.Equal("2", set.Find("b"));
        Assert.Equal(["1", "3"], set.FindAll("c"));
        Assert.Null(set.Find("absent"));
    }

    [Theory]
    [InlineData("a=1", false)]
    [InlineData("a=1&b=1", false)]
    [InlineData("a=1&A=1", false)]
    [InlineData("a=1&a=1", true)]
    [InlineData("a=1&a=", true)]
    [InlineData("a=&a=", true)]
    [InlineData("a=1&b=2&%61=1", true)]
    public void Rfc6749_3_1_a_name_repeats_even_where_a_value_is_empty(string encoded, bool repeats) =>
        Assert.Equal(repeats, Parse(encoded).Repeats("a"));

    [Fact]
    public void The_empty_set_has_nothing()
    {
        Assert.Same(ParameterSet.Empty, Parse(""));
        Assert.Empty(ParameterSet.Empty.Pairs);
        Assert.Equal("", ParameterSet.Empty.Write());
    }

    private static ParameterSet Parse(string encoded)
    {
        Assert.True(ParameterSet.Parse(Encoding.UTF8.GetBytes(encoded)).Succeeded(out var set, out _));
        return set;
    }
}
