using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Commands;

/// <summary><c>identity audit tail</c> and <c>identity jobs</c>: what happened, and what happens by itself.</summary>
internal static class AuditCommands
{
    private const int Window = 1000;

    public static Command Of(Option<string[]> config)
    {
        var lines = new Option<int>("--lines") { Description = "How many of the last events.", DefaultValueFactory = _ => 20 };
        var follow = new Option<bool>("--follow") { Description = "Go on with each new event until stopped." };
        var subject = new Option<string?>("--subject") { Description = "Only of this subject." };
        var tail = new Command("tail", "The last events of the audit trail, oldest first; --json prints one object for each line.") { lines, follow, subject, CommandRun.Json };
        CommandRun.SetAction(tail, config, (result, services, cancellationToken) =>
            TailAsync(result, services, Math.Clamp(result.GetValue(lines), 0, 1_000_000), result.GetValue(follow), result.GetValue(subject), cancellationToken));
        return new Command("audit", "The audit trail.") { tail };
    }

    public static Command Jobs(Option<string[]> config)
    {
        var jobs = new Command("jobs", "The last run of each job on each node.") { CommandRun.Json };
        CommandRun.SetAction(jobs, config, async (result, services, cancellationToken) =>
        {
            var rows = await services.GetRequiredService<IdentityStore>().ReadAsync(
                db => db.JobRuns.AsNoTracking().OrderBy(row => row.Job).ThenBy(row => row.Node).ToListAsync(cancellationToken), cancellationToken);
            return CommandRun.Show(result, ["job", "node", "last_run_at", "milliseconds", "runs", "failures", "last_failure", "failed_at"], rows.Select(row => (IReadOnlyList<JsonNode?>)
                [row.Job, row.Node, CommandRun.Instant(row.LastRunAt), row.Milliseconds, row.Runs, row.Failures, row.LastFailure, CommandRun.Instant(row.FailedAt)]));
        });
        return jobs;
    }

    private static async Task<int> TailAsync(ParseResult result, IServiceProvider services, int lines, bool follow, string? subject, CancellationToken cancellationToken)
    {
        var (store, json) = (services.GetRequiredService<IdentityStore>(), result.GetValue(CommandRun.Json));
        var last = await store.ReadAsync(
            db => db.AuditEvents.AsNoTracking().Where(row => subject == null || row.Subject == subject).OrderByDescending(row => row.Id).Take(lines).ToListAsync(cancellationToken), cancellationToken);
        last.Reverse();
        last.ForEach(row => Print(row, json));
        if (!follow)
        {
            return IdentityCommand.Success;
        }

        // Numbers are given out before they are committed, so a lower one may still come: whatever is near the end is looked at again.
        var end = await store.ReadAsync(db => db.AuditEvents.MaxAsync(row => (long?)row.Id, cancellationToken), cancellationToken) ?? 0;
        var seen = await store.ReadAsync(db => db.AuditEvents.Where(row => row.Id > end - Window).Select(row => row.Id).ToHashSetAsync(cancellationToken), cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), services.GetRequiredService<TimeProvider>());
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                var rows = await store.ReadAsync(db => db.AuditEvents.AsNoTracking().Where(row => row.Id > end - Window).OrderBy(row => row.Id).ToListAsync(stop.Token), stop.Token);
                foreach (var row in rows.Where(row => seen.Add(row.Id)))
                {
                    end = Math.Max(end, row.Id);
                    if (subject is null || string.Equals(row.Subject, subject, StringComparison.Ordinal))
                    {
                        Print(row, json);
                    }
                }

                seen.RemoveWhere(id => id <= end - Window);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how following ends.
        }

        return IdentityCommand.Success;
    }

    private static void Print(AuditEventRow row, bool json)
    {
        if (json)
        {
            CommandRun.Print(new JsonObject
            {
                ["at"] = row.At.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                ["event"] = row.EventId,
                ["what"] = row.What,
                ["subject"] = row.Subject,
                ["address"] = row.Address,
                ["client_id"] = row.ClientId,
                ["outcome"] = row.Outcome,
                ["detail"] = row.Detail is { } detail ? JsonNode.Parse(detail) : null,
            });
            return;
        }

        Console.WriteLine($"{CommandRun.Instant(row.At)}  {row.What,-22}  {row.Outcome,-14}  {row.Subject ?? "-",-24}  {row.ClientId ?? "-",-16}  {row.Address ?? "-",-15}  {row.Detail}".TrimEnd());
    }
}
