namespace Bench.Load;

/// <summary>One workload on one server: a warm-up, then slots that take turns with the other servers'.</summary>
internal sealed class Series(string workload, Subject subject, IReadOnlyList<Call> calls, TimeSpan pause = default)
{
    private readonly List<double> rounds = [];
    private readonly Latencies latencies = new();
    private double seconds;
    private long failures;
    private ProcessorTime spent;
    private double client;

    public Subject Subject => subject;

    public void WarmUp(TimeSpan duration) => ClosedLoop.Run(subject.Port, calls, duration, pause);

    public void Slot(TimeSpan duration)
    {
        var (before, mine) = (ProcessorTime.Read(Subject.Core, subject.ProcessId), Environment.CpuUsage.TotalTime);
        var outcome = ClosedLoop.Run(subject.Port, calls, duration, pause);
        var taken = ProcessorTime.Read(Subject.Core, subject.ProcessId) - before;
        client += (Environment.CpuUsage.TotalTime - mine).TotalSeconds;
        spent = new(spent.Busy + taken.Busy, spent.Steal + taken.Steal, spent.Own + taken.Own);
        rounds.Add(Math.Round(outcome.Answers / outcome.Seconds, 1));
        latencies.Add(outcome.Latencies);
        seconds += outcome.Seconds;
        failures += outcome.Failures;
        subject.LoadMemory = Math.Max(subject.LoadMemory, ProcessorTime.Memory(subject.ProcessId));
    }

    public Measurement Result() => new(
        workload,
        subject.Name,
        subject.Durability,
        Math.Round(latencies.Count / seconds, 1),
        Math.Round(latencies.Count / Math.Max(spent.Own, 0.01), 1),
        latencies.Percentile(0.5),
        latencies.Percentile(0.99),
        failures,
        Math.Round(Math.Max(0, spent.Busy - spent.Own) / seconds * 100, 1),
        Math.Round(spent.Steal / seconds * 100, 1),
        Math.Round(client / seconds * 100, 1),
        rounds);
}
