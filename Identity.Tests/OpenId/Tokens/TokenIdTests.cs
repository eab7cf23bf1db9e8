using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Tokens;

namespace Identity.Tests.OpenId.Tokens;

public sealed class TokenIdTests
{
    private static readonly Gen<(Guid Family, DateTimeOffset IssuedAt, byte[] Random)> Ids =
        from family in Gen.OneOf(Any.Guid, Gen.Constant(Guid.Empty))
        from seconds in Gen.Choose(0, int.MaxValue)
        from ticks in Gen.Choose(0, (int)TimeSpan.TicksPerSecond - 1)
        from random in Any.Octets(TokenId.RandomSize)
        select (family, DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(ticks), random);

    [Fact]
    public void What_is_created_reads_back_to_the_millisecond() => Any.ForAll(Ids, given =>
    {
        var created = TokenId.Create(given.Family, given.IssuedAt, given.Random);
        Assert.Equal(43, created.Text.Length);
        Assert.Equal(given.Family, created.Family);
        Assert.Equal(given.IssuedAt.ToUnixTimeMilliseconds(), created.IssuedAt.ToUnixTimeMilliseconds());
        Assert.Equal(0, created.IssuedAt.Ticks % TimeSpan.TicksPerMillisecond);
        Assert.Equal(created, TokenId.Read(created.Text));
    });

    [Fact]
    public void An_instant_of_another_offset_is_the_same_instant()
    {
        var instant = new DateTimeOffset(2026, 3, 1, 20, 0, 0, 123, TimeSpan.FromHours(8));
        Assert.Equal(instant, TokenId.Read(TokenId.Create(Guid.Empty, instant, new byte[10]).Text)!.IssuedAt);
    }

    [Fact]
    public void Rfc7519_4_1_7_other_random_octets_make_another_id() => Any.ForAll(
        Ids.SelectMany(id => Any.Octets(TokenId.RandomSize).Select(other => (id, other))),
        pair => Assert.Equal(
            pair.id.Random.SequenceEqual(pair.other),
            TokenId.Create(pair.id.Family, pair.id.IssuedAt, pair.id.Random) == TokenId.Create(pair.id.Family, pair.id.IssuedAt, pair.other)));

    [Fact]
    public void A_text_that_no_token_of_ours_carries_is_none()
    {
        Assert.All(
            [null, "", "jti", new string('!', 43), new string('中', 43), new string(' ', 43), new string('A', 42), new string('A', 44), new string('A', 43) + "="],
            text => Assert.Null(TokenId.Read(text)));
        // After the year 9999.
        Assert.Null(TokenId.Read(new string('_', 42) + "8"));
        Any.ForAll(Any.Text, text => Assert.Null(TokenId.Read(text)));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void A_token_id_takes_ten_random_octets(int count) =>
        Assert.Throws<ArgumentException>(() => TokenId.Create(Guid.Empty, Any.Start, new byte[count]));
}
