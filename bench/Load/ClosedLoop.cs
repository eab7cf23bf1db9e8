using System.Diagnostics;
using System.Text;

namespace Bench.Load;

/// <summary>Sends for a while on some connections at once, a thread for each, and counts what came back.</summary>
internal static class ClosedLoop
{
    /// <param name="Answers">How many came.</param>
    /// <param name="Failures">How many of them were no success.</param>
    /// <param name="Seconds">In which time.</param>
    /// <param name="Latencies">Of each.</param>
    internal sealed record Outcome(long Answers, long Failures, double Seconds, Latencies Latencies);

    /// <param name="port">Of the server, on this machine.</param>
    /// <param name="calls">One for each connection.</param>
    /// <param name="duration">No request begins later.</param>
    /// <param name="pause">What a connection waits between two requests.</param>
    public static Outcome Run(int port, IReadOnlyList<Call> calls, TimeSpan duration, TimeSpan pause = default)
    {
        var results = new (long Failures, Latencies Latencies, Exception? Fault)[calls.Count];
        var began = Stopwatch.GetTimestamp();
        var threads = calls.Select((call, index) => new Thread(() => results[index] = Drive(port, call, began, duration, pause)) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var all = new Latencies();
        foreach (var (_, latencies, fault) in results)
        {
            if (fault is not null)
            {
                throw new InvalidOperationException("A connection broke.", fault);
            }

            all.Add(latencies);
        }

        return new(all.Count, results.Sum(result => result.Failures), seconds, all);
    }

    private static (long Failures, Latencies Latencies, Exception? Fault) Drive(int port, Call call, long began, TimeSpan duration, TimeSpan pause)
    {
        var (latencies, failures) = (new Latencies(), 0L);
        try
        {
            using var connection = new Connection(port);
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                var status = connection.Send(call.Next());
                latencies.Add(Stopwatch.GetElapsedTime(sent));
                if (status is < 200 or > 299)
                {
                    // One is an accident and is counted; a server that refuses everything is a mistake of ours.
                    if (++failures > 100 && failures * 2 > latencies.Count)
                    {
                        throw new InvalidDataException($"{status}: {Encoding.UTF8.GetString(connection.Body)}");
                    }

                    continue;
                }

                call.Take(connection.Body);
                if (pause > TimeSpan.Zero)
                {
                    Thread.Sleep(pause);
                }
            }

            return (failures, latencies, null);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException or InvalidDataException)
        {
            return (failures, latencies, fault);
        }
    }
}
