using Identity.Compat;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Identity.Server.Hosting;

/// <summary>Sends metrics and traces to a collector. It exists only where one is configured, so that nobody else pays for it.</summary>
internal sealed class TelemetryExport(TelemetryOptions options) : IHostedService, IDisposable
{
    private MeterProvider? metrics;
    private TracerProvider? traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = options.OtlpEndpoint!.TrimEnd('/');
        var resource = ResourceBuilder.CreateDefault().AddService("identity", serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: Environment.MachineName);
        metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Telemetry.Name, LegacyUsage.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
            .AddOtlpExporter((exporter, reader) =>
            {
                To(exporter, $"{endpoint}/v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
            })
            .Build();
        traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)))
            .AddSource(Telemetry.Name, "Microsoft.AspNetCore", "Npgsql")
            .AddProcessor(new Discretion())
            .AddOtlpExporter(exporter => To(exporter, $"{endpoint}/v1/traces"))
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>What was measured last is sent before the end.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        metrics?.Dispose();
        traces?.Dispose();
        (metrics, traces) = (null, null);
    }

    private static void To(OtlpExporterOptions exporter, string address)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(address);
    }

    /// <summary>Queries of our endpoints hold handles, hints and mailboxes, which are nobody's business outside.</summary>
    private sealed class Discretion : BaseProcessor<System.Diagnostics.Activity>
    {
        private static readonly string[] Telling = ["url.query", "url.full", "http.url", "http.target", "client.address"];

        public override void OnEnd(System.Diagnostics.Activity data)
        {
            foreach (var name in Telling)
            {
                if (data.GetTagItem(name) is not null)
                {
                    data.SetTag(name, null);
                }
            }
        }
    }
}
