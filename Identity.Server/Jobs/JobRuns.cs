using System.Collections.Concurrent;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>How the jobs of this node fare: counted at once, and written down now and then, so that <c>identity jobs</c> can show it.</summary>
internal sealed partial class JobRuns(IdentityStore store, Telemetry telemetry, TimeProvider clock, ILogger<JobRuns> logger)
{
    // A job that runs each second need not write each second; a change for the worse or the better is written at once.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, State> states = new(StringComparer.Ordinal);

    /// <summary>What the node calls itself: its machine, for that is where its operator looks.</summary>
    public static string Node => Environment.MachineName;

    public async Task RecordAsync(string job, TimeSpan took, Exception? failure, CancellationToken cancellationToken)
    {
        var outcome = failure is null ? "ok" : "failed";
        telemetry.JobRuns.Add(1, new("job", job), new("outcome", outcome));
        telemetry.JobDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("job", job));
        var now = clock.GetUtcNow();
        var state = states.GetOrAdd(job, _ => new State());
        state.Runs++;
        state.Failures += failure is null ? 0 : 1;
        if (state.WrittenAt is { } written && now < written + Interval && string.Equals(state.Outcome, outcome, StringComparison.Ordinal))
        {
            return;
        }

        state.Outcome = outcome;
        try
        {
            await WriteAsync(job, took, failure, state, now, cancellationToken);
            (state.WrittenAt, state.Runs, state.Failures) = (now, 0, 0);
        }
        catch (Exception unwritten) when (unwritten is not OperationCanceledException)
        {
            // The database may be what failed the job.
            NotRecorded(job, unwritten.GetType().Name);
        }
    }

    // Added to what stands there: a node that starts anew goes on counting.
    private Task<int> WriteAsync(string job, TimeSpan took, Exception? failure, State state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (at, milliseconds, kind, failedAt) = (now.ToUnixTimeMilliseconds(), (long)took.TotalMilliseconds, failure?.GetType().Name, failure is null ? (long?)null : now.ToUnixTimeMilliseconds());
        return store.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO job_runs (job, node, last_run_at, milliseconds, runs, failures, last_failure, failed_at)
                VALUES ({job}, {Node}, {at}, {milliseconds}, {state.Runs}, {state.Failures}, {kind}, {failedAt})
                ON CONFLICT (job, node) DO UPDATE SET last_run_at = excluded.last_run_at, milliseconds = excluded.milliseconds,
                    runs = job_runs.runs + excluded.runs, failures = job_runs.failures + excluded.failures,
                    last_failure = COALESCE(excluded.last_failure, job_runs.last_failure), failed_at = COALESCE(excluded.failed_at, job_runs.failed_at)
                """,
                cancellationToken),
            cancellationToken);
    }

    [LoggerMessage(3010, LogLevel.Warning, "The run of job {Job} could not be written down: {Failure}")]
    private partial void NotRecorded(string job, string failure);

    private sealed class State
    {
        public long Runs { get; set; }

        public long Failures { get; set; }

        public string? Outcome { get; set; }

        public DateTimeOffset? WrittenAt { get; set; }
    }
}
