using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;

namespace Identity.Tests.OpenId.Parameters;

public sealed class ParameterReaderTests
{
    private static readonly ParameterSet Request = ParameterSet.Of(
        new("one", "1"), new("empty", ""), new("twice", "a"), new("twice", "b"), new("half", "a"), new("half", ""), new("long", "12345"));

    private readonly ParameterReader reader = new(Request);

    [Fact]
    public void A_value_is_read_and_nothing_is_wrong()
    {
        Assert.Equal("1", reader.Optional("one", 1));
        Assert.Equal("1", reader.Required("one", 1));
        Assert.Equal("12345", reader.Optional("long", 5));
        Assert.Null(reader.Optional("absent", 5));
        Assert.Null(reader.Optional("empty", 5));
        Assert.Null(reader.Error);
    }

    [Theory]
    [InlineData("twice", 5, "twice must not be repeated.")]
    [InlineData("half", 5, "half must not be repeated.")]
    [InlineData("long", 4, "long is too long.")]
    public void Rfc6749_3_1_an_optional_parameter_that_repeats_or_is_too_long_is_invalid_request(string name, int length, string sentence)
    {
        Assert.Null(reader.Optional(name, length));
        Assert.Equal(OAuthError.InvalidRequest(sentence), reader.Error);
    }

    [Theory]
    [InlineData("absent", 5, "absent is missing.")]
    [InlineData("empty", 5, "empty is missing.")]
    [InlineData("twice", 5, "twice must not be repeated.")]
    [InlineData("long", 4, "long is too long.")]
    public void A_required_parameter_that_is_not_good_is_invalid_request_and_reads_as_empty(string name, int length, string sentence)
    {
        Assert.Equal("", reader.Required(name, length));
        Assert.Equal(OAuthError.InvalidRequest(sentence), reader.Error);
    }

    [Fact]
    public void The_first_mistake_is_kept()
    {
        reader.Required("absent", 5);
        reader.Optional("twice", 5);
        reader.Many("twice", 5, 1);
        Assert.Equal(OAuthError.InvalidRequest("absent is missing."), reader.Error);
    }

    [Fact]
    public void Rfc8707_2_many_values_are_read_in_order_and_empty_ones_are_omitted()
    {
        Assert.Equal(["a", "b"], reader.Many("twice", 1, 2));
        Assert.Equal(["a"], reader.Many("half", 1, 1));
        Assert.Empty(reader.Many("absent", 1, 1));
        Assert.Null(reader.Error);
    }

    [Theory]
    [InlineData("twice", 1, 1)]
    [InlineData("long", 4, 9)]
    public void Many_values_that_are_too_many_or_too_long_are_invalid_request(string name, int length, int count)
    {
        Assert.Empty(reader.Many(name, length, count));
        Assert.Equal(OAuthError.InvalidRequest($"{name} is too long or repeated too often."), reader.Error);
    }
}
