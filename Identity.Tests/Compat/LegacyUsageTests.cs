using System.Diagnostics.Metrics;
using Identity.Compat;

namespace Identity.Tests.Compat;

/// <summary>The counts in memory: bounded, sanitised, and of what real clients say.</summary>
public sealed class LegacyUsageTests
{
    private static readonly LegacyRoute Route = new("nlecloud", "POST /Users/Login");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData("okhttp/3.12.0", "okhttp/3.12.0")]
    [InlineData("  okhttp/3.12.0 ", "okhttp/3.12.0")]
    [InlineData("", "(none)")]
    [InlineData("   ", "(none)")]
    [InlineData("客户端/1.0\u001b[31m\r\n\u007f", "???/1.0?[31m???")]
    [InlineData("a\tb", "a?b")]
    public void A_version_is_printable_ASCII(string userAgent, string expected) => Assert.Equal(expected, LegacyUsage.Sanitise(userAgent));

    [Fact]
    public void A_version_is_of_a_bounded_length() => Assert.Equal(new string('v', 100), LegacyUsage.Sanitise(new string('v', 10_000)));

    [Fact]
    public void Calls_are_counted_by_route_version_and_outcome_once()
    {
        using var meters = new Meters();
        var usage = new LegacyUsage(meters);
        usage.Count(Route, "a/1", 0, Now);
        usage.Count(Route, "a/1", 0, Now.AddSeconds(5));
        usage.Count(Route, "a/1", 401, Now);
        usage.Count(Route, "b/1", 0, Now);
        usage.Count(Route with { Name = "GET /Users/ApiKey" }, "a/1", 0, Now);
        Assert.Equal(
            [("a/1", "0", 2, 5), ("a/1", "401", 1, 0), ("b/1", "0", 1, 0), ("a/1", "0", 1, 0)],
            usage.Take().Select(count => (count.Key.Version, count.Key.Outcome, count.Calls, (count.LastAt - count.FirstAt).TotalSeconds)));
        Assert.Empty(usage.Take());
    }

    [Fact]
    public void What_could_not_be_kept_is_counted_on()
    {
        using var meters = new Meters();
        var usage = new LegacyUsage(meters);
        usage.Count(Route, "a", 0, Now);
        var taken = usage.Take();
        usage.Count(Route, "a", 0, Now.AddSeconds(9));
        usage.PutBack(taken);
        var count = Assert.Single(usage.Take());
        Assert.Equal((2, Now, Now.AddSeconds(9)), (count.Calls, count.FirstAt, count.LastAt));
    }

    [Fact]
    public void Made_up_names_end_in_one_and_leave_room_for_clients_that_succeed()
    {
        using var meters = new Meters();
        var usage = new LegacyUsage(meters);
        for (var i = 0; i < 1000; i++)
        {
            usage.Count(Route, $"made-up/{i}", 401, Now);
        }

        usage.Count(Route, "real/1", 0, Now);
        var counts = usage.Take();
        Assert.Equal(LegacyUsage.MaxFailedVersions + 2, counts.Count);
        Assert.Equal(1000 - LegacyUsage.MaxFailedVersions, counts.Single(count => count.Key.Version == LegacyUsage.Others).Calls);
        Assert.Contains(counts, count => count.Key.Version == "real/1");

        for (var i = 0; i < 1000; i++)
        {
            usage.Count(Route, $"also-real/{i}", 0, Now);
        }

        Assert.Equal(LegacyUsage.MaxVersions - LegacyUsage.MaxFailedVersions - 1 + 1, usage.Take().Count);

        // Another route has room of its own.
        usage.Count(new("rageframe", "POST /v1/site/login"), "app/1", 422, Now);
        Assert.Equal("app/1", Assert.Single(usage.Take()).Key.Version);
    }

    [Fact]
    public void What_is_remembered_takes_room_and_keeps_its_name()
    {
        using var meters = new Meters();
        var usage = new LegacyUsage(meters);
        for (var i = 0; i < LegacyUsage.MaxVersions; i++)
        {
            usage.Remember(Route.Api, Route.Name, $"old/{i}");
        }

        usage.Count(Route, "old/99", 401, Now);
        usage.Count(Route, "new/1", 0, Now);
        Assert.Equal(["old/99", LegacyUsage.Others], usage.Take().Select(count => count.Key.Version));
    }

    [Fact]
    public void A_meter_tells_the_same()
    {
        using var meters = new Meters();
        var usage = new LegacyUsage(meters);
        var seen = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (ReferenceEquals(instrument.Meter.Scope, meters)) { listener.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        usage.Count(Route, "okhttp/3", 401, Now);
        Assert.Contains("identity.compat.calls 1 api=nlecloud route=POST /Users/Login version=okhttp/3 outcome=401", seen);
    }

    /// <summary>Of one test, for all hosts of this process have meters of that name.</summary>
    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> made = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            made.Add(new Meter(options));
            return made[^1];
        }

        public void Dispose() => made.ForEach(meter => meter.Dispose());
    }
}
