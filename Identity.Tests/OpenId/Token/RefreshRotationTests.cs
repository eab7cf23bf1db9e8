using FsCheck;
using FsCheck.Fluent;
using Identity.OpenId.Errors;
using Identity.OpenId.Token;

namespace Identity.Tests.OpenId.Token;

public sealed class RefreshRotationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly DateTimeOffset Expiry = Any.Start + TimeSpan.FromDays(30);
    private static readonly RefreshPolicy Usual = new(Rotates: true, ReplayWindow: TimeSpan.FromSeconds(30));
    private static readonly RefreshPolicy NoWindow = new(Rotates: true, ReplayWindow: TimeSpan.Zero);
    private static readonly RefreshPolicy Fixed = new(Rotates: false, ReplayWindow: TimeSpan.FromSeconds(30));

    [Fact]
    public void The_newest_token_is_rotated_to_the_next_generation() =>
        Assert.Equal(new(RefreshAct.Rotate, 6), RefreshRotation.Decide(Family(5), 5, Usual, Any.Start));

    [Fact]
    public void A_replaced_token_comes_back_for_the_same_successor_until_the_window_ends()
    {
        Assert.Equal(new(RefreshAct.Repeat, 5), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start));
        Assert.Equal(new(RefreshAct.Repeat, 5), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start + (29 * Second)));
        Assert.Equal(new(RefreshAct.Repeat, 5), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start + (30 * Second) - Tick));
        Assert.Equal(new(RefreshAct.Revoke, 0, RefusalReason.Reused), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start + (30 * Second)));
        Assert.Equal(new(RefreshAct.Revoke, 0, RefusalReason.Reused), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start + (31 * Second)));
    }

    [Fact]
    public void A_node_whose_clock_is_behind_still_repeats() =>
        Assert.Equal(new(RefreshAct.Repeat, 5), RefreshRotation.Decide(Family(5), 4, Usual, Any.Start - Second));

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void A_token_whose_successor_was_used_revokes_even_inside_the_window(uint presented) =>
        Assert.Equal(new(RefreshAct.Revoke, 0, RefusalReason.Reused), RefreshRotation.Decide(Family(5), presented, Usual, Any.Start));

    [Fact]
    public void Without_a_window_a_replaced_token_revokes_at_once()
    {
        Assert.Equal(new(RefreshAct.Revoke, 0, RefusalReason.Reused), RefreshRotation.Decide(Family(5), 4, NoWindow, Any.Start));
        Assert.Equal(new(RefreshAct.Rotate, 6), RefreshRotation.Decide(Family(5), 5, NoWindow, Any.Start));
    }

    [Fact]
    public void Where_the_client_does_not_rotate_the_token_stays_good()
    {
        Assert.Equal(new(RefreshAct.Keep, 1), RefreshRotation.Decide(Family(1), 1, Fixed, Any.Start));
        Assert.Equal(new(RefreshAct.Keep, 1), RefreshRotation.Decide(Family(1), 1, Fixed, Expiry - Tick));
        Assert.Equal(new(RefreshAct.FastForward, 7), RefreshRotation.Decide(Family(5), 7, Fixed, Any.Start));
    }

    [Fact]
    public void A_client_that_lost_an_answer_before_rotation_was_switched_off_is_not_logged_out() =>
        Assert.Equal(new(RefreshAct.Repeat, 5), RefreshRotation.Decide(Family(5), 4, Fixed, Any.Start + Second));

    [Theory]
    [InlineData(6)]
    [InlineData(1000)]
    [InlineData(uint.MaxValue - 1)]
    public void A_token_ahead_of_the_row_was_issued_before_a_restore_and_fast_forwards(uint presented) =>
        Assert.Equal(new(RefreshAct.FastForward, presented + 1), RefreshRotation.Decide(Family(5), presented, Usual, Any.Start));

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_token_is_good_until_the_family_expires_and_not_at_that_instant(uint presented)
    {
        var family = Family(5) with { RotatedAt = Expiry - Second };
        Assert.NotEqual(0u, RefreshRotation.Decide(family, presented, Usual, Expiry - Second).Successor);
        Assert.NotEqual(0u, RefreshRotation.Decide(family, presented, Usual, Expiry - Tick).Successor);
        Assert.Equal(new(RefreshAct.Refuse, 0, RefusalReason.Expired), RefreshRotation.Decide(family, presented, Usual, Expiry));
        Assert.Equal(new(RefreshAct.Refuse, 0, RefusalReason.Expired), RefreshRotation.Decide(family, presented, Usual, Expiry + Second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_revoked_family_refuses_every_token_also_an_expired_one(uint presented)
    {
        var family = Family(5) with { Revoked = true };
        Assert.Equal(new(RefreshAct.Refuse, 0, RefusalReason.Revoked), RefreshRotation.Decide(family, presented, Usual, Any.Start));
        Assert.Equal(new(RefreshAct.Refuse, 0, RefusalReason.Revoked), RefreshRotation.Decide(family, presented, Usual, Expiry));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(uint.MaxValue)]
    public void A_generation_that_was_never_issued_changes_nothing(uint presented) =>
        Assert.Equal(RefreshAct.Refuse, RefreshRotation.Decide(Family(5), presented, Usual, Any.Start).Act);

    [Fact]
    public void A_late_token_of_an_expired_family_is_no_reuse() =>
        Assert.Equal(new(RefreshAct.Refuse, 0, RefusalReason.Expired), RefreshRotation.Decide(Family(5), 3, Usual, Expiry));

    [Fact]
    public void A_successor_is_the_next_generation_or_the_same_and_is_there_exactly_when_the_act_yields_one() => Any.ForAll(
        from generation in Gen.Choose(0, 12)
        from presented in Gen.Choose(0, 14)
        from policy in Policies
        from seconds in Gen.Choose(-1, 40 * 86400)
        from revoked in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (Family: Family((uint)generation) with { Revoked = revoked }, Presented: (uint)presented, policy, Now: Any.Start + (seconds * Second)),
        given =>
        {
            var verdict = RefreshRotation.Decide(given.Family, given.Presented, given.policy, given.Now);
            var yields = verdict.Act is RefreshAct.Rotate or RefreshAct.Repeat or RefreshAct.FastForward or RefreshAct.Keep;
            Assert.Equal(yields, verdict.Successor != 0);
            Assert.Equal(yields, verdict.Reason == RefusalReason.None);
            Assert.True(!yields || verdict.Successor == given.Presented || verdict.Successor == given.Presented + 1);
        },
        1000);

    // ---- The model: a client, a thief, a clock and backups against the one row. ----

    private enum Happening
    {
        /// <summary>The client refreshes and gets the answer.</summary>
        Refresh,

        /// <summary>The client refreshes, the server acts, the answer is lost: the client keeps the old token.</summary>
        Lose,

        /// <summary>The client refreshes several times at once; every request reads the row before any writes it.</summary>
        Race,

        /// <summary>A thief presents any token that was ever issued.</summary>
        Steal,

        Advance,

        /// <summary>The clock goes to the very end of the replay window, or a tick before.</summary>
        AdvanceToWindow,

        /// <summary>The clock goes to the very instant of expiry, or a tick before.</summary>
        AdvanceToExpiry,

        Revoke,

        Backup,

        Restore,
    }

    private readonly record struct Step(Happening Happening, int Number)
    {
        public override string ToString() => $"{Happening} {Number}";
    }

    private static Gen<RefreshPolicy> Policies { get; } = Gen.Frequency((6, Gen.Constant(Usual)), (2, Gen.Constant(NoWindow)), (2, Gen.Constant(Usual with { ReplayWindow = Second })), (1, Gen.Constant(Fixed)));

    private static Gen<Step[]> Histories { get; } = Gen.Frequency(
            (8, Gen.Constant(Happening.Refresh)),
            (8, Gen.Constant(Happening.Lose)),
            (4, Gen.Constant(Happening.Race)),
            (3, Gen.Constant(Happening.Steal)),
            (6, Gen.Constant(Happening.Advance)),
            (2, Gen.Constant(Happening.AdvanceToWindow)),
            (1, Gen.Constant(Happening.AdvanceToExpiry)),
            (1, Gen.Constant(Happening.Revoke)),
            (2, Gen.Constant(Happening.Backup)),
            (2, Gen.Constant(Happening.Restore)))
        .SelectMany(happening => Gen.Choose(0, 1_000_000).Select(number => new Step(happening, number)))
        .ArrayOf();

    private static Gen<Step[]> HonestHistories { get; } = Histories.Select(steps => steps
        .Where(step => step.Happening is not (Happening.Steal or Happening.Revoke or Happening.AdvanceToExpiry)).ToArray());

    [Fact]
    public void Whatever_happens_each_generation_has_one_successor_and_the_family_ends_exactly_when_it_must()
    {
        var seen = new HashSet<RefreshAct>();
        Any.ForAll(Runs(Policies, Histories), run => seen.UnionWith(Live(run.Policy, run.Steps)), 5000);
        // A property that never met an act proves nothing about it.
        Assert.Equal(Enum.GetValues<RefreshAct>().Order(), seen.Order());
    }

    [Fact]
    public void No_client_whose_retries_fall_inside_the_window_is_ever_logged_out()
    {
        var policies = Policies.Where(policy => policy.ReplayWindow > TimeSpan.Zero);
        Any.ForAll(Runs(policies, HonestHistories), run => Live(run.Policy, run.Steps), 5000);
    }

    // A counterexample shrinks by leaving out one step after the other.
    private static Arbitrary<(RefreshPolicy Policy, Step[] Steps)> Runs(Gen<RefreshPolicy> policies, Gen<Step[]> histories) => Arb.From(
        policies.SelectMany(policy => histories.Select(steps => (Policy: policy, Steps: steps))),
        run => Enumerable.Range(0, run.Steps.Length).Select(gone => (run.Policy, run.Steps.Where((_, i) => i != gone).ToArray())));

    /// <summary>Lives through a history beside a model of its own; an assertion fails where the two differ.</summary>
    private static HashSet<RefreshAct> Live(RefreshPolicy policy, Step[] steps)
    {
        var now = Any.Start;
        var server = new Server(policy, now);
        var model = new Model(Spent: 0, SpentAt: now, Expires: server.Row.ExpiresAt, Revoked: false);
        (RefreshFamily Row, Model Model) backup = (server.Row, model);
        var successors = new Dictionary<uint, HashSet<string>>();
        var issued = 1u;
        var held = 1u;

        // Since when the client knows that its token may have been replaced; null while it has presented it to nobody.
        DateTimeOffset? tried = null;
        var stolen = false;

        foreach (var (happening, number) in steps)
        {
            switch (happening)
            {
                case Happening.Refresh:
                    if (Client(1) is { } next)
                    {
                        (held, tried) = (next, null);
                    }

                    break;
                case Happening.Lose:
                    Client(1);
                    break;
                case Happening.Race:
                    Client(2 + (number % 3));
                    break;
                case Happening.Steal:
                    stolen = true;
                    Present(1 + (uint)(number % issued), [server.Row]);
                    break;
                case Happening.Advance:
                    now += (number % 7) switch { 0 => Tick, 1 => Second, 2 => 7 * Second, 3 => 29 * Second, 4 => TimeSpan.FromHours(1), 5 => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(number % 32) };
                    break;
                case Happening.AdvanceToWindow:
                    Reach(model.SpentAt + policy.ReplayWindow, number);
                    break;
                case Happening.AdvanceToExpiry:
                    Reach(model.Expires, number);
                    break;
                case Happening.Revoke:
                    server.Revoke();
                    model = model with { Revoked = true };
                    break;
                case Happening.Backup:
                    backup = (server.Row, model);
                    break;
                case Happening.Restore:
                    server.Row = backup.Row;
                    model = backup.Model;
                    break;
            }
        }

        return server.Acts;

        void Reach(DateTimeOffset instant, int number)
        {
            var reached = instant - (number % 2 * Tick);
            now = reached > now ? reached : now;
        }

        uint? Client(int times)
        {
            var punctual = tried is null ? times == 1 || policy.ReplayWindow > TimeSpan.Zero : now < tried + policy.ReplayWindow;
            var owed = !stolen && (punctual || !policy.Rotates) && !model.Revoked && now < model.Expires;
            tried ??= now;
            var answer = Present(held, Enumerable.Repeat(server.Row, times));
            Assert.True(!owed || answer is not null, "A client that did nothing wrong was logged out.");
            return answer;
        }

        // Every reader saw the row as it was before the first of them wrote.
        uint? Present(uint generation, IEnumerable<RefreshFamily> readers)
        {
            uint? answer = null;
            foreach (var read in readers.ToArray())
            {
                var before = server.Row;
                answer = server.Refresh(read, generation, now);
                Assert.Equal(Expected(generation), answer);
                Assert.Equal(model.Revoked, server.Row.Revoked);
                if (answer is { } successor)
                {
                    issued = Math.Max(issued, successor);
                    successors.TryAdd(generation, []);
                    successors[generation].Add(Server.Text(successor));
                    Assert.Single(successors[generation]);
                }
                else
                {
                    Assert.Equal(before with { Revoked = server.Row.Revoked }, server.Row);
                }
            }

            return answer;
        }

        // The same rules in other words: what was spent, and when.
        uint? Expected(uint generation)
        {
            if (model.Revoked || now >= model.Expires)
            {
                return null;
            }

            if (!policy.Rotates)
            {
                return generation;
            }

            if (generation > model.Spent)
            {
                model = model with { Spent = generation, SpentAt = now, Expires = server.Row.ExpiresAt };
                return generation + 1;
            }

            if (generation == model.Spent && now - model.SpentAt < policy.ReplayWindow)
            {
                return generation + 1;
            }

            model = model with { Revoked = true };
            return null;
        }
    }

    /// <param name="Spent">The newest generation that was exchanged.</param>
    /// <param name="SpentAt">When it was first exchanged.</param>
    /// <param name="Expires">When the family ends.</param>
    /// <param name="Revoked">Whether it was ended.</param>
    private sealed record Model(uint Spent, DateTimeOffset SpentAt, DateTimeOffset Expires, bool Revoked);

    /// <summary>The row, and what the server does with a verdict: one conditional statement, whose loser reads again.</summary>
    private sealed class Server(RefreshPolicy policy, DateTimeOffset born)
    {
        private static readonly byte[] Key = RefreshToken.FamilyKey("a root of thirty-two octets here"u8, "a salt"u8);
        private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");

        public RefreshFamily Row { get; set; } = new(1, born, born + TimeSpan.FromDays(30), Revoked: false);

        public HashSet<RefreshAct> Acts { get; } = [];

        public static string Text(uint generation) => new RefreshToken(1, Id, generation).Write(Key);

        public void Revoke() => Row = Row with { Revoked = true };

        public uint? Refresh(RefreshFamily read, uint presented, DateTimeOffset now)
        {
            // A loser finds on its second look that it lost; whoever had to look for ever would hang the server.
            for (var looks = 0; looks < 2; looks++)
            {
                var verdict = RefreshRotation.Decide(read, presented, policy, now);
                Acts.Add(verdict.Act);
                switch (verdict.Act)
                {
                    case RefreshAct.Rotate when Row.Generation == presented && !Row.Revoked:
                    case RefreshAct.FastForward when Row.Generation < presented && !Row.Revoked:
                        var slid = now + TimeSpan.FromDays(30);
                        var end = born + TimeSpan.FromDays(180);
                        Row = new(verdict.Successor, now, slid < end ? slid : end, Revoked: false);
                        return verdict.Successor;
                    case RefreshAct.Repeat or RefreshAct.Keep:
                        return verdict.Successor;
                    case RefreshAct.Revoke:
                        Revoke();
                        return null;
                    case RefreshAct.Refuse:
                        return null;
                    default:
                        read = Row;
                        break;
                }
            }

            throw new InvalidOperationException("The verdict does not fit the row that it was made from.");
        }
    }

    private static RefreshFamily Family(uint generation) => new(generation, Any.Start, Expiry, Revoked: false);
}
