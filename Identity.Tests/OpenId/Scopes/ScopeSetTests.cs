using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;

namespace Identity.Tests.OpenId.Scopes;

public sealed class ScopeSetTests
{
    // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
    private static readonly char[] Alphabet = [.. Enumerable.Range(0x21, 0x7E - 0x21 + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))];

    private static readonly Gen<ScopeSet> Sets = Gen.OneOf(
            Gen.Elements("openid", "profile", "a", "b", "A"),
            Gen.Elements(Alphabet).NonEmptyListOf().Select(string.Concat))
        .ListOf().Select(tokens => ScopeSet.Of(tokens));

    [Fact]
    public void What_is_written_reads_back_in_the_same_order() => Any.ForAll(Sets, set =>
    {
        var read = Parse(set.ToString());
        Assert.Equal<IEnumerable<string>>(set, read);
        Assert.True(set.Equals(read));
        Assert.Equal(set.GetHashCode(), read.GetHashCode());
    });

    [Fact]
    public void Rfc6749_3_3_a_token_is_made_of_its_alphabet_and_nothing_else()
    {
        for (var c = '\0'; c < '\u0200'; c++)
        {
            var good = Alphabet.Contains(c) || c == ' ';
            Assert.Equal(good, ScopeSet.Parse($"a{c}b").Succeeded(out _, out var error));
            Assert.Equal(good ? null : OAuthError.InvalidScope("The scope is malformed."), error);
        }
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    [InlineData("openid", "openid")]
    [InlineData("b a", "b a")]
    [InlineData("a  b ", "a b")]
    [InlineData("a b a", "a b")]
    [InlineData("a A", "a A")]
    [InlineData("https://api.example/read urn:x", "https://api.example/read urn:x")]
    public void Rfc6749_3_3_tokens_stand_between_spaces(string? text, string written) => Assert.Equal(written, Parse(text).ToString());

    [Theory]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    [InlineData("\"a\"")]
    [InlineData("a\\b")]
    [InlineData("作用域")]
    public void Rfc6749_3_3_anything_else_is_invalid_scope(string text)
    {
        Assert.False(ScopeSet.Parse(text).Succeeded(out _, out var error));
        Assert.Equal("invalid_scope", error.Error);
    }

    [Fact]
    public void Subset_intersection_and_difference_agree() => Any.ForAll(
        Sets.SelectMany(one => Sets.Select(other => (one, other))),
        pair =>
        {
            var (one, other) = pair;
            var common = one.Intersect(other);
            Assert.True(common.IsSubsetOf(one) && common.IsSubsetOf(other));
            Assert.Equal(one.IsSubsetOf(other), common.Equals(one));
            Assert.Equal(one.Count, common.Count + one.Except(other.Contains).Count);
            Assert.Equal(one.Equals(other), one.IsSubsetOf(other) && other.IsSubsetOf(one));
        });

    [Fact]
    public void Sets_are_equal_whatever_their_order()
    {
        Assert.Equal(ScopeSet.Of("b", "a"), ScopeSet.Of("a", "b", "a"));
        Assert.NotEqual(ScopeSet.Of("a"), ScopeSet.Of("A"));
        Assert.False(ScopeSet.Of("a").Equals(null));
        Assert.False(ScopeSet.Of("a").Equals((object)"a"));
    }

    private static ScopeSet Parse(string? text)
    {
        Assert.True(ScopeSet.Parse(text).Succeeded(out var set, out _));
        return set;
    }
}
