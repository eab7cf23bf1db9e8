using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Jobs;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Hosting;

/// <summary>The instruments of docs/operations.md: each is there, and counts what it says.</summary>
public sealed class TelemetryTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    [Fact]
    public async Task Sign_ins_tokens_refreshes_limits_jobs_and_keys_are_counted()
    {
        using var ear = new Ear(host);
        await host.AddAccountAsync(new NewAccount { UserName = "counted" });
        var first = await host.SignInAsync("web", "counted");
        for (var i = 0; i < 6; i++)
        {
            await host.SignInAsync("web", "counted", "wrong");
        }

        await host.NleCloudLoginAsync("counted", "wrong");
        await host.TokenAsync("web", ("grant_type", "client_credentials"));
        await host.TokenAsync("web", ("grant_type", "nonsense"));
        var second = await host.RefreshAsync("web", first.RefreshToken);
        await host.RefreshAsync("web", first.RefreshToken);
        await host.RefreshAsync("web", second.RefreshToken);
        await host.RefreshAsync("web", first.RefreshToken);
        await host.Services.GetRequiredService<JobRuns>().RecordAsync("a job", TimeSpan.FromSeconds(2), null, default);
        ear.Listen();
        Assert.Equal(
            """
            identity.compat.calls api=nlecloud route=POST /Users/Login version=(none) outcome=423 1
            identity.job.duration job=a job 2
            identity.job.runs job=a job outcome=ok 1
            identity.key.age alg=ES256 0
            identity.key.age alg=RS256 0
            identity.refresh kind=replay 1
            identity.refresh kind=reuse 1
            identity.sign_ins door=nlecloud means=password outcome=Locked 1
            identity.sign_ins door=token means=password outcome=Locked 1
            identity.sign_ins door=token means=password outcome=WrongPassword 5
            identity.sign_ins door=token means=password outcome=ok 1
            identity.throttled limit=name 2
            identity.tokens grant=client_credentials outcome=ok 1
            identity.tokens grant=password outcome=invalid_grant 7
            identity.tokens grant=password outcome=ok 1
            identity.tokens grant=refresh_token outcome=invalid_grant 1
            identity.tokens grant=refresh_token outcome=ok 3
            identity.tokens grant=unknown outcome=unsupported_grant_type 1
            """,
            ear.Heard());
    }

    [Fact]
    public void Every_instrument_is_in_the_document_and_every_one_there_exists()
    {
        using var ear = new Ear(host);
        Assert.Equal(
            ear.Instruments.Order(StringComparer.Ordinal),
            Regex.Matches(Document, @"^\| `(?<name>identity\.[a-z_.]+)` \|", RegexOptions.Multiline).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_id_is_used_once_and_stands_in_the_document()
    {
        var ids = Repository.Sources("Identity.Server").SelectMany(path => Regex.Matches(File.ReadAllText(path), @"LoggerMessage\((?<id>\d+),").Select(match => match.Groups["id"].Value)).ToList();
        Assert.Equal(ids.Distinct(StringComparer.Ordinal).Count(), ids.Count);
        Assert.Equal(
            ids.Order(StringComparer.Ordinal),
            Regex.Matches(Document, @"^\| (?<id>\d{4}) \|", RegexOptions.Multiline).Select(match => match.Groups["id"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metrics_and_traces_reach_a_collector_and_tell_no_query()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/{kind}", async (string kind, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.AddOrUpdate(kind, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();

        var exporting = new ExportingHost(collector.Urls.Single());
        await exporting.InitializeAsync();
        await exporting.TokenAsync("web", ("grant_type", "client_credentials"));
        await exporting.GetAsync("/connect/endsession?id_token_hint=a-hint-that-is-nobodys-business");
        // The stop sends what was measured last.
        await exporting.DisposeAsync();
        Assert.Contains("identity.tokens", received["metrics"], StringComparison.Ordinal);
        Assert.Contains("client_credentials", received["metrics"], StringComparison.Ordinal);
        Assert.Contains("CloudMind.Identity", received["traces"], StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore", received["traces"], StringComparison.Ordinal);
        Assert.DoesNotContain("a-hint-that-is-nobodys-business", received["traces"] + received["metrics"], StringComparison.Ordinal);
    }

    private sealed class ExportingHost(string endpoint) : IdentityHost
    {
        protected override IEnumerable<string> Settings => [$"--Telemetry:OtlpEndpoint={endpoint}"];
    }

    /// <summary>Hears the meter of one host, for all hosts of this process have one of that name.</summary>
    private sealed class Ear : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentDictionary<string, double> sums = new(StringComparer.Ordinal);

        public Ear(IdentityHost host)
        {
            var meters = host.Services.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, one) =>
            {
                if (instrument.Meter.Name is Telemetry.Name or LegacyUsage.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    Instruments.Add(instrument.Name);
                    one.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            listener.Start();
        }

        public ConcurrentBag<string> Instruments { get; } = [];

        public void Listen() => listener.RecordObservableInstruments();

        public string Heard() => string.Join('\n', sums.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));

        public void Dispose() => listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            sums.AddOrUpdate($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}", value, (_, before) => before + value);
    }
}
