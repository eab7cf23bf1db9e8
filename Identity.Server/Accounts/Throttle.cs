using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>How often something may be tried.</summary>
/// <param name="Name">Part of the key.</param>
/// <param name="Limit">Charges before it blocks.</param>
/// <param name="Window">A count older than this starts anew.</param>
/// <param name="FirstBlock">Null: blocked until the window ends. Otherwise blocked for this long, then twice as long, and so on.</param>
internal sealed record ThrottleRule(string Name, int Limit, TimeSpan Window, TimeSpan? FirstBlock = null)
{
    public static readonly TimeSpan LongestBlock = TimeSpan.FromMinutes(15);
}

/// <summary>One counter: a rule, and what it counts.</summary>
internal sealed record ThrottleKey(ThrottleRule Rule, string Subject);

/// <summary>
/// Counts attempts before they are made, for every door. An attempt is charged by one conditional statement for each
/// counter. Where nothing failed lately and nobody else is trying, the charge waits in memory and reaches the database
/// only if the attempt fails or a second one comes beside it, so that an ordinary sign-in writes nothing here and fifty
/// at once still get no more than the limit. (Several nodes may each hold one such charge: limit + nodes - 1 at most.)
/// </summary>
internal sealed class Throttle(IdentityStore store, RootKeys roots, Telemetry telemetry, TimeProvider clock)
{
    private readonly Lock door = new();
    private readonly Dictionary<string, ThrottleReceipt> waiting = new(StringComparer.Ordinal);

    /// <summary>Charges every counter, or none of them.</summary>
    /// <param name="keys">The first that is blocked is reported.</param>
    /// <returns>The receipt to settle, or the rule that refuses.</returns>
    public async Task<(ThrottleReceipt? Receipt, ThrottleRule? Blocked)> ChargeAsync(IReadOnlyList<ThrottleKey> keys, CancellationToken cancellationToken)
    {
        var receipt = new ThrottleReceipt([.. keys.Select(key => new Charge(roots.Lookup($"throttle {key.Rule.Name}", key.Subject), key.Rule))]);
        var now = clock.GetUtcNow();
        var ids = receipt.Charges.Select(charge => charge.Id).ToList();
        // Before the counters are read: what is read afterwards holds every charge that this one did not see waiting.
        var ahead = Enter(receipt);
        try
        {
            var rows = await store.ReadAsync(db => db.Throttle.AsNoTracking().Where(row => ids.Contains(row.Key)).ToDictionaryAsync(row => row.Key, StringComparer.Ordinal, cancellationToken), cancellationToken);
            if (receipt.Charges.FirstOrDefault(charge => rows.TryGetValue(charge.Id, out var row) && row.BlockedUntil > now) is { } closed)
            {
                Leave(receipt);
                Refused(closed.Rule);
                return (null, closed.Rule);
            }

            if (ahead.Count == 0 && receipt.Charges.All(charge => !rows.TryGetValue(charge.Id, out var row) || row.Charges == 0 || row.Since + charge.Rule.Window <= now))
            {
                receipt.Wait();
                return (receipt, null);
            }

            foreach (var other in ahead)
            {
                // It stops waiting: its charge must be counted before this one is judged.
                await CountAsync(other);
            }

            // Nobody else does: it does not wait.
            _ = receipt.Claim();
            ThrottleRule? blocked;
            try
            {
                blocked = await WriteAsync(receipt.Charges, now, cancellationToken);
            }
            finally
            {
                receipt.Done();
            }

            Leave(receipt);
            if (blocked is not null)
            {
                Refused(blocked);
            }

            return blocked is null ? (receipt, null) : (null, blocked);
        }
        catch
        {
            Leave(receipt);
            throw;
        }
    }

    /// <summary>The attempt failed: the charge stays.</summary>
    public async Task KeepAsync(ThrottleReceipt receipt)
    {
        try
        {
            await CountAsync(receipt);
        }
        finally
        {
            // Only now, so that at no instant it is counted nowhere.
            Leave(receipt);
        }
    }

    /// <summary>The attempt succeeded: what was charged is given back, and counters with a growing block start anew.</summary>
    public async Task RefundAsync(ThrottleReceipt receipt)
    {
        if (receipt.Claim())
        {
            // It was in memory only.
            receipt.Done();
            Leave(receipt);
            return;
        }

        Leave(receipt);
        await receipt.Counted;
        await store.TransactAsync(
            async db =>
            {
                foreach (var charge in Sorted(receipt.Charges))
                {
                    var startsAnew = charge.Rule.FirstBlock is not null;
                    await db.Throttle.Where(row => row.Key == charge.Id).ExecuteUpdateAsync(
                        set => set
                            .SetProperty(row => row.Charges, row => startsAnew || row.Charges == 0 ? 0 : row.Charges - 1)
                            .SetProperty(row => row.BlockedUntil, DateTimeOffset.UnixEpoch),
                        CancellationToken.None);
                }

                return (true, true);
            },
            CancellationToken.None);
    }

    private void Refused(ThrottleRule rule) => telemetry.Throttled.Add(1, new KeyValuePair<string, object?>("limit", rule.Name));

    /// <summary>Makes counters as if nothing had happened, by an operator's word.</summary>
    public Task ForgetAsync(IReadOnlyList<ThrottleKey> keys, CancellationToken cancellationToken)
    {
        var ids = keys.Select(key => roots.Lookup($"throttle {key.Rule.Name}", key.Subject)).ToList();
        return store.WriteAsync(db => db.Throttle.Where(row => ids.Contains(row.Key)).ExecuteDeleteAsync(cancellationToken), cancellationToken);
    }

    // All keys or none: a receipt that stood under some of its keys only could be counted twice.
    private List<ThrottleReceipt> Enter(ThrottleReceipt receipt)
    {
        lock (door)
        {
            var ahead = receipt.Charges.Select(charge => waiting.GetValueOrDefault(charge.Id)).OfType<ThrottleReceipt>().Distinct().ToList();
            if (ahead.Count == 0)
            {
                foreach (var charge in receipt.Charges)
                {
                    waiting.Add(charge.Id, receipt);
                }
            }

            return ahead;
        }
    }

    // There is nothing more to wait for, whether it was counted or never will be.
    private void Leave(ThrottleReceipt receipt)
    {
        if (receipt.Claim())
        {
            receipt.Done();
        }

        lock (door)
        {
            foreach (var charge in receipt.Charges.Where(charge => waiting.GetValueOrDefault(charge.Id) == receipt))
            {
                waiting.Remove(charge.Id);
            }
        }
    }

    // Once; whoever finds that somebody else is at it waits until it is done. Not with the caller's token: others rely on it.
    private async Task CountAsync(ThrottleReceipt receipt)
    {
        // One that is still reading the counters may find that it has to be judged, and is not to be let in unjudged.
        await receipt.Decided;
        if (!receipt.Claim())
        {
            await receipt.Counted;
            return;
        }

        try
        {
            await WriteAsync(receipt.Charges, clock.GetUtcNow(), CancellationToken.None, always: true);
        }
        finally
        {
            receipt.Done();
        }
    }

    private Task<ThrottleRule?> WriteAsync(IReadOnlyList<Charge> charges, DateTimeOffset now, CancellationToken cancellationToken, bool always = false) => store.TransactAsync(
        async db =>
        {
            foreach (var charge in Sorted(charges))
            {
                if (await ChargeOneAsync(db, charge, now, always, cancellationToken) == 0)
                {
                    return (false, charge.Rule);
                }
            }

            return (true, (ThrottleRule?)null);
        },
        cancellationToken);

    // Rows affected is the verdict: 0 means blocked. A new row cannot be blocked, for every limit is at least 1.
    private static Task<int> ChargeOneAsync(IdentityDb db, Charge charge, DateTimeOffset now, bool always, CancellationToken cancellationToken)
    {
        var (id, rule) = charge;
        var instant = now.ToUnixTimeMilliseconds();
        var stale = instant - (long)rule.Window.TotalMilliseconds;
        var window = (long)rule.Window.TotalMilliseconds;
        var first = (long)(rule.FirstBlock?.TotalMilliseconds ?? 0);
        var longest = (long)ThrottleRule.LongestBlock.TotalMilliseconds;
        var alone = rule.Limit == 1 ? instant + (first > 0 ? first : window) : 0;
        var force = always ? 1 : 0;
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO throttle (key, charges, since, blocked_until) VALUES ({id}, 1, {instant}, {alone})
            ON CONFLICT (key) DO UPDATE SET
                charges = CASE WHEN throttle.since <= {stale} THEN 1 ELSE throttle.charges + 1 END,
                since = CASE WHEN throttle.since <= {stale} OR {first} > 0 THEN {instant} ELSE throttle.since END,
                blocked_until = CASE
                    WHEN throttle.since <= {stale} THEN {alone}
                    WHEN throttle.charges + 1 < {rule.Limit} THEN throttle.blocked_until
                    WHEN {first} = 0 THEN throttle.since + {window}
                    WHEN throttle.charges + 1 - {rule.Limit} >= 10 OR {first} * (1 << (throttle.charges + 1 - {rule.Limit})) > {longest} THEN {instant} + {longest}
                    ELSE {instant} + {first} * (1 << (throttle.charges + 1 - {rule.Limit})) END
            WHERE throttle.blocked_until <= {instant} OR {force} = 1
            """,
            cancellationToken);
    }

    // Always in the same order, so that two transactions on a database with many writers cannot wait for each other.
    private static IEnumerable<Charge> Sorted(IEnumerable<Charge> charges) => charges.OrderBy(charge => charge.Id, StringComparer.Ordinal);

    internal sealed record Charge(string Id, ThrottleRule Rule);
}

/// <summary>Proof of a charge; it is settled once, by keeping or refunding it.</summary>
internal sealed class ThrottleReceipt(IReadOnlyList<Throttle.Charge> charges)
{
    private readonly TaskCompletionSource decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource counted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int claimed;

    public IReadOnlyList<Throttle.Charge> Charges => charges;

    /// <summary>Ends when the charge waits in memory, or need not.</summary>
    public Task Decided => decided.Task;

    /// <summary>Ends when the charge is in the database, or needs no more to be.</summary>
    public Task Counted => counted.Task;

    /// <summary>True for the one caller who must bring the charge from memory into the database, or say that it need not be.</summary>
    public bool Claim() => Interlocked.Exchange(ref claimed, 1) == 0;

    /// <summary>From now on the charge waits in memory, and whoever comes beside it must count it.</summary>
    public void Wait() => decided.TrySetResult();

    public void Done()
    {
        counted.TrySetResult();
        decided.TrySetResult();
    }
}
