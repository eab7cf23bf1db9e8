using System.Diagnostics;
using System.Diagnostics.Metrics;
using Identity.Compat;

namespace Identity.Server.Hosting;

/// <summary>Our own instruments. docs/operations.md lists them, and a test holds the two together.</summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "CloudMind.Identity";

    private readonly Meter meter;

    public Telemetry(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        SignIns = meter.CreateCounter<long>("identity.sign_ins", "{sign-in}", "Attempts to sign in, by door, means and outcome.");
        Tokens = meter.CreateCounter<long>("identity.tokens", "{request}", "Token requests, by grant and outcome.");
        Refreshes = meter.CreateCounter<long>("identity.refresh", "{refresh}", "Refresh tokens that came again, by what was made of it: replay, reuse, fast_forward.");
        Throttled = meter.CreateCounter<long>("identity.throttled", "{attempt}", "Attempts that a limit refused, by limit.");
        Registrations = meter.CreateCounter<long>("identity.registrations", "{attempt}", "Attempts to make an account with a code by mail, by outcome.");
        PasswordResets = meter.CreateCounter<long>("identity.password_resets", "{attempt}", "Attempts to set a new password with a code by mail, by outcome.");
        Mails = meter.CreateCounter<long>("identity.mails", "{mail}", "Attempts to send a mail, by outcome: sent, later, given_up.");
        JobRuns = meter.CreateCounter<long>("identity.job.runs", "{run}", "Runs of the jobs of this node, by job and outcome.");
        JobDuration = meter.CreateHistogram<double>("identity.job.duration", "s", "How long a run took, by job.");
        AuditLost = meter.CreateCounter<long>("identity.audit.lost", "{event}", "Events that found no room in the audit trail; the log has them.");
    }

    /// <summary>Spans of the token pipeline, mail and jobs.</summary>
    public static ActivitySource Source { get; } = new(Name);

    public Counter<long> SignIns { get; }

    public Counter<long> Tokens { get; }

    public Counter<long> Refreshes { get; }

    public Counter<long> Throttled { get; }

    public Counter<long> Registrations { get; }

    public Counter<long> PasswordResets { get; }

    public Counter<long> Mails { get; }

    public Counter<long> JobRuns { get; }

    public Histogram<double> JobDuration { get; }

    public Counter<long> AuditLost { get; }

    /// <summary>The age of what signs now, asked for whenever somebody measures.</summary>
    public void ObserveKeyAge(Func<IEnumerable<Measurement<double>>> ages) =>
        meter.CreateObservableGauge("identity.key.age", ages, "s", "Since when the signing key of an algorithm signs.");

    /// <summary>Counts the audit words that are about signing in.</summary>
    public void Hear(EventId id, string outcome, HttpContext? request)
    {
        var means = id.Id switch
        {
            2001 or 2002 => "password",
            2060 or 2061 => "external",
            2070 or 2071 => "api_key",
            2120 or 2121 => "passkey",
            2130 or 2131 => "second_step",
            2138 => "app_password",
            _ => null,
        };
        if (means is not null)
        {
            SignIns.Add(1, new("door", Door(request)), new("means", means), new("outcome", outcome));
        }
    }

    public void Dispose() => meter.Dispose();

    private static string Door(HttpContext? request) =>
        request is null ? "command line"
        : request.GetEndpoint()?.Metadata.GetMetadata<LegacyRoute>()?.Api ?? (ForPeople.Is(request) ? "pages" : "token");
}
