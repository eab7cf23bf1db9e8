using System.Threading.Channels;
using Identity.OpenId.Errors;

namespace Identity.Server.Hosting;

/// <summary>
/// Hears the audit words as the log does, so that one call logs, records and counts, and nobody can do one and forget the
/// others. What it hears waits in memory for the job that writes it (docs/decisions/0012); an event id from 2000 to 2999
/// makes a word one of the trail's.
/// </summary>
internal sealed class AuditTrail(IHttpContextAccessor http, Telemetry telemetry, TimeProvider clock) : ILoggerProvider
{
    private const int First = 2000;
    private const int Last = 2999;
    private const int Capacity = 10_000;

    private readonly Channel<AuditEvent> events = Channel.CreateBounded<AuditEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private long lost;

    /// <summary>What was heard and not yet written.</summary>
    public ChannelReader<AuditEvent> Events => events.Reader;

    /// <summary>How many events found no room since the last time that somebody asked.</summary>
    public long TakeLost() => Interlocked.Exchange(ref lost, 0);

    public ILogger CreateLogger(string categoryName) => new Listener(this);

    public void Dispose()
    {
        // The events outlive the loggers.
    }

    private void Hear(LogLevel level, EventId id, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        var request = http.HttpContext;
        var heard = AuditEvent.Of(clock.GetUtcNow(), level, id, state, request is null ? null : Caller.Of(request).Address);
        telemetry.Hear(id, heard.Outcome, request);
        // Waiting here would let a full trail stop the server, and blocking in a log call would hold its threads.
        if (!events.Writer.TryWrite(heard))
        {
            Interlocked.Increment(ref lost);
            telemetry.AuditLost.Add(1);
        }
    }

    private sealed class Listener(AuditTrail trail) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is >= First and <= Last && state is IReadOnlyList<KeyValuePair<string, object?>> named)
            {
                trail.Hear(logLevel, eventId, named);
            }
        }
    }
}

/// <summary>One line of the trail. <see cref="Outcome"/> is <c>ok</c>, <c>alarm</c>, or why it was refused.</summary>
internal sealed record AuditEvent(DateTimeOffset At, int EventId, string What, string? Subject, string? Address, string? Client, string Outcome, string? Detail)
{
    private const string Ok = "ok";
    private const string Alarm = "alarm";

    /// <param name="at">Now.</param>
    /// <param name="level">A warning without a reason is an alarm: something happened that should not.</param>
    /// <param name="id">Its number and name.</param>
    /// <param name="state">The named values of the word.</param>
    /// <param name="address">Where the request came from that it was said in; a word that names an address knows better.</param>
    public static AuditEvent Of(DateTimeOffset at, LogLevel level, EventId id, IReadOnlyList<KeyValuePair<string, object?>> state, string? address)
    {
        string? subject = null, client = null, reason = null, error = null;
        System.Text.Json.Nodes.JsonObject? detail = null;
        foreach (var (name, value) in state)
        {
            var text = value switch
            {
                null => null,
                RefusalReason.None => null,
                IFormattable formattable => formattable.ToString(value is DateTimeOffset ? "O" : null, System.Globalization.CultureInfo.InvariantCulture),
                _ => value.ToString(),
            };
            switch (name)
            {
                case "{OriginalFormat}":
                    break;
                case "Subject":
                    subject = text;
                    break;
                case "Address":
                    address = text;
                    break;
                case "Client":
                    client = text;
                    break;
                case "Reason":
                    reason = text;
                    break;
                case "Error":
                    error = text;
                    break;
                default:
                    (detail ??= []).Add(name, text);
                    break;
            }
        }

        return new(at, id.Id, id.Name ?? "", subject, address, client, reason ?? error ?? (level >= LogLevel.Warning ? Alarm : Ok), detail?.ToJsonString());
    }
}
