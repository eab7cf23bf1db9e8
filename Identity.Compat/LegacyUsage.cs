using System.Diagnostics.Metrics;
using System.Globalization;

namespace Identity.Compat;

/// <summary>
/// Counts the calls of the old APIs by route, version of the client and outcome, so that an operator sees when a route
/// has no users left. Here in memory and on a meter; the server takes the counts from time to time and keeps them.
/// </summary>
public sealed class LegacyUsage(IMeterFactory meters)
{
    public const string MeterName = "CloudMind.Identity.Compat";

    /// <summary>Stands for all versions beyond the first ones, and for those that only ever failed.</summary>
    public const string Others = "(other)";

    /// <summary>Stands for clients that do not say what they are.</summary>
    public const string Unnamed = "(none)";

    /// <summary>Versions that one route tells apart. Anybody can make up names, so they are counted.</summary>
    public const int MaxVersions = 100;

    /// <summary>How many of them may have nothing but failures to show: made-up names must not push out those of real clients.</summary>
    public const int MaxFailedVersions = 50;

    private const int MaxVersionLength = 100;

    private readonly Lock door = new();
    private readonly Dictionary<(string Api, string Route), HashSet<string>> versions = [];
    private readonly Counter<long> calls = meters.Create(MeterName).CreateCounter<long>("identity.compat.calls", "{call}", "Calls of the legacy APIs.");
    private Dictionary<UsageKey, UsageCount> counts = [];

    /// <summary>Counts one call.</summary>
    /// <param name="route">What was called.</param>
    /// <param name="userAgent">What the client says it is.</param>
    /// <param name="outcome">The API's own code for the result.</param>
    /// <param name="now">The instant.</param>
    public void Count(LegacyRoute route, string userAgent, int outcome, DateTimeOffset now)
    {
        var version = Sanitise(userAgent);
        UsageKey key;
        lock (door)
        {
            key = new(route.Api, route.Name, Known(route, version, succeeded: outcome is 0 or 200), outcome.ToString(CultureInfo.InvariantCulture));
            counts[key] = counts.TryGetValue(key, out var count) ? count with { Calls = count.Calls + 1, LastAt = now } : new(key, 1, now, now);
        }

        calls.Add(1, new("api", key.Api), new("route", key.Route), new("version", key.Version), new("outcome", key.Outcome));
    }

    /// <summary>What was counted since the last time.</summary>
    public IReadOnlyList<UsageCount> Take()
    {
        lock (door)
        {
            var taken = counts.Values.ToList();
            counts = [];
            return taken;
        }
    }

    /// <summary>What was taken and could not be kept.</summary>
    public void PutBack(IReadOnlyList<UsageCount> taken)
    {
        lock (door)
        {
            foreach (var count in taken)
            {
                counts[count.Key] = counts.TryGetValue(count.Key, out var later) ? later with { Calls = later.Calls + count.Calls, FirstAt = count.FirstAt } : count;
            }
        }
    }

    /// <summary>A version that was seen before this process, so that a restart gives nobody room for new names.</summary>
    public void Remember(string api, string route, string version)
    {
        lock (door)
        {
            _ = VersionsOf((api, route)).Add(version);
        }
    }

    /// <summary>Printable ASCII of a bounded length: it is shown on terminals and kept for ever.</summary>
    internal static string Sanitise(string userAgent)
    {
        var text = userAgent.Trim();
        return text.Length == 0
            ? Unnamed
            : string.Create(Math.Min(text.Length, MaxVersionLength), text, (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
                }
            });
    }

    private string Known(LegacyRoute route, string version, bool succeeded)
    {
        var known = VersionsOf((route.Api, route.Name));
        if (known.Contains(version))
        {
            return version;
        }

        if (known.Count >= (succeeded ? MaxVersions : MaxFailedVersions))
        {
            return Others;
        }

        known.Add(version);
        return version;
    }

    private HashSet<string> VersionsOf((string Api, string Route) of)
    {
        if (!versions.TryGetValue(of, out var known))
        {
            versions[of] = known = new(StringComparer.Ordinal);
        }

        return known;
    }
}

/// <param name="Api">The API.</param>
/// <param name="Route">Method and path.</param>
/// <param name="Version">What the client says it is.</param>
/// <param name="Outcome">The API's own code for the result.</param>
public readonly record struct UsageKey(string Api, string Route, string Version, string Outcome);

/// <param name="Key">What was counted.</param>
/// <param name="Calls">How often.</param>
/// <param name="FirstAt">The first of them.</param>
/// <param name="LastAt">The last of them.</param>
public sealed record UsageCount(UsageKey Key, long Calls, DateTimeOffset FirstAt, DateTimeOffset LastAt);
