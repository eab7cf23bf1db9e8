using Identity.Compat;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Compat;

/// <summary>The counts of legacy calls that survive a restart. Every node adds to the same rows.</summary>
internal sealed class UsageLedger(IdentityStore store)
{
    /// <summary>Adds counts, all in one commit.</summary>
    public async Task AddAsync(IReadOnlyList<UsageCount> counts, CancellationToken cancellationToken)
    {
        if (counts.Count == 0)
        {
            return;
        }

        await store.TransactAsync(
            async db =>
            {
                // Always in the same order, so that two nodes cannot wait for each other.
                foreach (var (key, calls, firstAt, lastAt) in counts.OrderBy(count => $"{count.Key.Api}\n{count.Key.Route}\n{count.Key.Version}\n{count.Key.Outcome}", StringComparer.Ordinal))
                {
                    var (first, last) = (firstAt.ToUnixTimeMilliseconds(), lastAt.ToUnixTimeMilliseconds());
                    await db.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO legacy_usage (api, route, version, outcome, calls, first_at, last_at) VALUES ({key.Api}, {key.Route}, {key.Version}, {key.Outcome}, {calls}, {first}, {last})
                        ON CONFLICT (api, route, version, outcome) DO UPDATE SET calls = legacy_usage.calls + excluded.calls,
                            first_at = CASE WHEN excluded.first_at < legacy_usage.first_at THEN excluded.first_at ELSE legacy_usage.first_at END,
                            last_at = CASE WHEN excluded.last_at > legacy_usage.last_at THEN excluded.last_at ELSE legacy_usage.last_at END
                        """,
                        cancellationToken);
                }

                return (true, true);
            },
            cancellationToken);
    }

    /// <summary>Everything that was ever counted, by API, route, and the latest first.</summary>
    public Task<List<LegacyUsageRow>> ReadAsync(CancellationToken cancellationToken) => store.ReadAsync(
        db => db.LegacyUsage.AsNoTracking().OrderBy(row => row.Api).ThenBy(row => row.Route).ThenByDescending(row => row.LastAt).ThenBy(row => row.Version).ThenBy(row => row.Outcome).ToListAsync(cancellationToken),
        cancellationToken);

    /// <summary>Tells a process that begins which versions it need not take for new.</summary>
    public async Task RecallAsync(LegacyUsage usage, CancellationToken cancellationToken)
    {
        var known = await store.ReadAsync(db => db.LegacyUsage.Select(row => new { row.Api, row.Route, row.Version }).Distinct().ToListAsync(cancellationToken), cancellationToken);
        foreach (var row in known)
        {
            usage.Remember(row.Api, row.Route, row.Version);
        }
    }
}
