using FsCheck.Fluent;
using Identity.OpenId.Device;

namespace Identity.Tests.OpenId.Device;

public sealed class DeviceStateTests
{
    [Theory]
    [InlineData(1, false, false, false, "authorization_pending")]
    [InlineData(1, true, true, false, null)]
    [InlineData(1, true, false, false, "access_denied")]
    [InlineData(1, true, true, true, "invalid_grant")]
    [InlineData(0, false, false, false, "expired_token")]
    [InlineData(0, true, true, false, "expired_token")]
    [InlineData(0, true, false, false, "expired_token")]
    [InlineData(0, true, true, true, "invalid_grant")]
    public void Rfc8628_3_5_each_state_has_its_answer(int secondsLeft, bool decided, bool approved, bool redeemed, string? error) =>
        Assert.Equal(error, new DeviceState(Any.Start.AddSeconds(secondsLeft), decided, approved, redeemed).Refusal(Any.Start)?.Error);

    [Fact]
    public void Tokens_are_given_only_for_a_yes_in_time_that_gave_none_before() => Any.ForAll(
        from left in Gen.Choose(-5, 5)
        from decided in Gen.Elements(true, false)
        from approved in Gen.Elements(true, false)
        from redeemed in Gen.Elements(true, false)
        select (left, decided, approved, redeemed),
        it => Assert.Equal(
            it is { left: > 0, decided: true, approved: true, redeemed: false },
            new DeviceState(Any.Start.AddSeconds(it.left), it.decided, it.approved, it.redeemed).Refusal(Any.Start) is null));
}
