using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Keys;

namespace Identity.Tests.OpenId.Keys;

public sealed class KeyRingTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly KeyPolicy Policy = new(Announce: 14 * Day, Sign: 90 * Day, Retire: Day);

    // One key signs from the start, the next was announced in time and takes over after 90 days.
    private static readonly RingKey First = new("k1", "ES256", 1, Any.Start, Any.Start);
    private static readonly RingKey Second = new("k2", "ES256", 2, Any.Start + (76 * Day), Any.Start + (90 * Day));
    private static readonly RingKey Other = new("r1", "RS256", 1, Any.Start, Any.Start);
    private static readonly RingKey[] Keys = [Second, Other, First];

    [Fact]
    public void Each_key_signs_from_its_instant_until_its_successor_does()
    {
        Assert.Null(KeyRing.Signing([], "ES256", Any.Start));
        Assert.Null(KeyRing.Signing(Keys, "ES256", Any.Start - Tick));
        Assert.Null(KeyRing.Signing(Keys, "PS256", Any.Start));
        Assert.Equal(First, KeyRing.Signing(Keys, "ES256", Any.Start));
        Assert.Equal(First, KeyRing.Signing(Keys, "ES256", Second.SignsFrom - Tick));
        Assert.Equal(Second, KeyRing.Signing(Keys, "ES256", Second.SignsFrom));
        Assert.Equal(Second, KeyRing.Signing(Keys, "ES256", Second.SignsFrom + (1000 * Day)));
        Assert.Equal(Other, KeyRing.Signing(Keys, "RS256", Second.SignsFrom));
    }

    [Fact]
    public void Each_key_is_published_from_its_announcement_until_the_last_token_it_signed_is_over()
    {
        Assert.Empty(KeyRing.Published(Keys, Policy, Any.Start - Tick));
        Assert.Equal([First, Other], KeyRing.Published(Keys, Policy, Any.Start));
        Assert.Equal([First, Other], KeyRing.Published(Keys, Policy, Second.AnnouncedAt - Tick));
        Assert.Equal([First, Second, Other], KeyRing.Published(Keys, Policy, Second.AnnouncedAt));
        Assert.Equal([First, Second, Other], KeyRing.Published(Keys, Policy, Second.SignsFrom + Policy.Retire - Tick));
        Assert.Equal([Second, Other], KeyRing.Published(Keys, Policy, Second.SignsFrom + Policy.Retire));
        Assert.Equal([Second, Other], KeyRing.Published(Keys, Policy, Second.SignsFrom + (1000 * Day)));
    }

    [Fact]
    public void The_first_key_is_owed_at_once_and_signs_at_once()
    {
        Assert.Equal(new OwedKey("ES256", 1, Any.Start), KeyRing.Owed([], "ES256", Policy, Any.Start));
        Assert.Equal(new OwedKey("ES256", 1, Any.Start), KeyRing.Owed([Other], "ES256", Policy, Any.Start));
    }

    [Fact]
    public void The_next_key_is_owed_as_soon_as_its_announcement_must_begin()
    {
        var due = Any.Start + Policy.Sign;
        Assert.Null(KeyRing.Owed([First], "ES256", Policy, Any.Start));
        Assert.Null(KeyRing.Owed([First], "ES256", Policy, due - Policy.Announce - Tick));
        Assert.Equal(new OwedKey("ES256", 2, due), KeyRing.Owed([First], "ES256", Policy, due - Policy.Announce));
        Assert.Null(KeyRing.Owed([First, Second], "ES256", Policy, due - Policy.Announce));
        Assert.Null(KeyRing.Owed([First, Second], "ES256", Policy, due));
    }

    [Fact]
    public void A_server_that_slept_past_the_change_still_announces_in_full()
    {
        foreach (var late in new[] { Tick, 14 * Day, 365 * Day })
        {
            var now = Any.Start + Policy.Sign - Policy.Announce + late;
            Assert.Equal(new OwedKey("ES256", 2, now + Policy.Announce), KeyRing.Owed([First], "ES256", Policy, now));
        }
    }

    // ---- A server that looks at its ring now and then. ----

    private static Gen<KeyPolicy> Policies { get; } =
        from announce in Gen.Choose(0, 30 * 24)
        from sign in Gen.Choose(1, 120 * 24)
        from retire in Gen.Choose(0, 40 * 24)
        select new KeyPolicy(TimeSpan.FromHours(announce), TimeSpan.FromHours(sign), TimeSpan.FromHours(retire));

    // Every hour or so, every day, and now and then it sleeps for a year.
    private static Gen<TimeSpan[]> Naps { get; } = Gen.Frequency(
            (4, Gen.Choose(0, 3600)),
            (8, Gen.Choose(0, 2 * 86400)),
            (8, Gen.Choose(0, 40 * 86400)),
            (1, Gen.Constant(365 * 86400)))
        .Select(seconds => TimeSpan.FromSeconds(seconds)).NonEmptyListOf().Select(naps => naps.ToArray());

    private static Gen<(KeyPolicy Policy, RingKey[] Keys, DateTimeOffset End)> Lives { get; } =
        from policy in Gen.OneOf(Gen.Constant(Policy), Policies)
        from naps in Naps
        select Live(policy, naps);

    [Fact]
    public void Every_key_that_may_have_signed_a_token_still_alive_is_published() => Any.ForAll(
        Lives,
        life =>
        {
            var instants = Instants(life.Keys, life.Policy, life.End);
            foreach (var algorithm in new[] { "ES256", "RS256" })
            {
                foreach (var signed in instants)
                {
                    var signer = KeyRing.Signing(Known(life.Keys, signed), algorithm, signed)!;
                    // A token lives for Retire at most, so it is alive until just before.
                    Assert.All(
                        instants.Where(now => now >= signed && now < signed + life.Policy.Retire).Append(signed),
                        now => Assert.Contains(signer, KeyRing.Published(Known(life.Keys, now), life.Policy, now)));
                }
            }
        },
        100);

    [Fact]
    public void After_the_first_key_there_is_always_one_signer_for_each_algorithm_and_a_sleep_leaves_no_gap() => Any.ForAll(
        Lives,
        life =>
        {
            foreach (var now in Instants(life.Keys, life.Policy, life.End))
            {
                foreach (var algorithm in new[] { "ES256", "RS256" })
                {
                    var ring = Known(life.Keys, now);
                    var signer = KeyRing.Signing(ring, algorithm, now);
                    Assert.NotNull(signer);
                    Assert.Equal(algorithm, signer.Algorithm);
                    Assert.True(signer.SignsFrom <= now);
                    Assert.Equal(signer, KeyRing.Signing([.. ring.Reverse()], algorithm, now));
                    // Whoever has begun after it would sign in its place.
                    Assert.DoesNotContain(ring, key => string.Equals(key.Algorithm, algorithm, StringComparison.Ordinal) && key.SignsFrom > signer.SignsFrom && key.SignsFrom <= now);
                }
            }
        });

    [Fact]
    public void A_key_was_announced_in_full_before_it_signs_except_the_first() => Any.ForAll(Lives, life =>
    {
        foreach (var keys in life.Keys.GroupBy(key => key.Algorithm, StringComparer.Ordinal).Select(group => group.OrderBy(key => key.Sequence).ToArray()))
        {
            Assert.Equal(Enumerable.Range(1, keys.Length), keys.Select(key => key.Sequence));
            Assert.Equal(keys[0].AnnouncedAt, keys[0].SignsFrom);
            foreach (var (key, next) in keys.Zip(keys.Skip(1)))
            {
                Assert.True(next.SignsFrom - next.AnnouncedAt >= life.Policy.Announce);
                Assert.True(next.SignsFrom - key.SignsFrom >= life.Policy.Sign);
                Assert.Contains(next, KeyRing.Published(Known(life.Keys, next.AnnouncedAt), life.Policy, next.AnnouncedAt));
            }
        }
    });

    [Fact]
    public void A_key_is_forgotten_once_every_token_it_signed_is_over() => Any.ForAll(Lives, life =>
        Assert.All(Instants(life.Keys, life.Policy, life.End), now => Assert.All(KeyRing.Published(Known(life.Keys, now), life.Policy, now), key =>
            Assert.DoesNotContain(Known(life.Keys, now), next => string.Equals(next.Algorithm, key.Algorithm, StringComparison.Ordinal)
                && next.Sequence == key.Sequence + 1 && next.SignsFrom + life.Policy.Retire <= now))));

    [Fact]
    public void Two_nodes_that_rotate_at_once_make_one_key() => Any.ForAll(
        Lives.SelectMany(life => Gen.Choose(0, 400 * 86400).SelectMany(later => Gen.Choose(0, 86400).Select(apart => (life, later, apart)))),
        given =>
        {
            var (life, later, apart) = given;
            var now = life.End + TimeSpan.FromSeconds(later);
            var one = KeyRing.Owed(life.Keys, "ES256", life.Policy, now);
            var same = KeyRing.Owed([.. life.Keys.Reverse()], "ES256", life.Policy, now);
            var other = KeyRing.Owed(life.Keys, "ES256", life.Policy, now + TimeSpan.FromSeconds(apart));
            Assert.Equal(one, same);
            // A node that read the same ring later wants the same place in it, so that one of the two finds it taken.
            Assert.True(one is null || other?.Sequence == one.Sequence);
            if (one is not null)
            {
                // And once it is made, nobody owes it any more.
                var made = new RingKey("made", one.Algorithm, one.Sequence, now, one.SignsFrom);
                Assert.NotEqual(one.Sequence, KeyRing.Owed([.. life.Keys, made], "ES256", life.Policy, now)?.Sequence);
            }
        });

    private static (KeyPolicy Policy, RingKey[] Keys, DateTimeOffset End) Live(KeyPolicy policy, TimeSpan[] naps)
    {
        var (keys, now) = (new List<RingKey>(), Any.Start);
        foreach (var nap in naps.Prepend(TimeSpan.Zero))
        {
            now += nap;
            foreach (var algorithm in new[] { "ES256", "RS256" })
            {
                if (KeyRing.Owed(keys, algorithm, policy, now) is { } owed)
                {
                    keys.Add(new($"{algorithm}-{owed.Sequence}", owed.Algorithm, owed.Sequence, now, owed.SignsFrom));
                }
            }
        }

        return (policy, [.. keys], now);
    }

    // What the database held then.
    private static RingKey[] Known(RingKey[] keys, DateTimeOffset now) => [.. keys.Where(key => key.AnnouncedAt <= now)];

    // Every instant at which something changes, and a tick on either side.
    private static DateTimeOffset[] Instants(RingKey[] keys, KeyPolicy policy, DateTimeOffset end) =>
    [
        .. keys.SelectMany(key => new[] { key.AnnouncedAt, key.SignsFrom, key.SignsFrom + policy.Retire })
            .Append(end)
            .SelectMany(instant => new[] { instant - Tick, instant, instant + Tick })
            .Where(instant => instant >= Any.Start && instant <= end)
            .Distinct().Order(),
    ];
}
