namespace Identity.Server.Hosting;

/// <summary>Section <c>Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>Where an OpenTelemetry collector takes OTLP over HTTP, such as <c>http://collector:4318</c>. Default: nothing is exported.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>Which part of all traces is exported, 0 to 1. Default 1.</summary>
    public double TraceRatio { get; set; } = 1;

    /// <summary>How often metrics are exported. Default one minute.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    public IEnumerable<string> Mistakes()
    {
        if (OtlpEndpoint is { Length: > 0 } endpoint && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
        {
            yield return "OtlpEndpoint must be an http or https URL.";
        }

        if (TraceRatio is not (>= 0 and <= 1))
        {
            yield return "TraceRatio must be between 0 and 1.";
        }

        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromHours(1))
        {
            yield return "Interval must be between one second and one hour.";
        }
    }
}
