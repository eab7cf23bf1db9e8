using System.Text.Json.Serialization;

namespace Bench.Load;

/// <summary>What one server did in one workload, over all rounds.</summary>
/// <param name="Workload">Of <see cref="Load.Workload"/>.</param>
/// <param name="Subject">The server.</param>
/// <param name="Durability">How it stores.</param>
/// <param name="PerSecond">Answers in a second of the clock.</param>
/// <param name="PerProcessorSecond">Answers in a second of the server's own processor time: what a busy machine changes least.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Failures">Answers that were no success.</param>
/// <param name="ForeignPercent">Of the server's core, while it was measured: used by neither the server nor the idle loop.</param>
/// <param name="StealPercent">Of the same core: what the hypervisor took.</param>
/// <param name="ClientPercent">Of the other core: this program's. Near 100 the client is what is measured.</param>
/// <param name="Rounds">Answers in a second, of each round: how far they lie apart.</param>
internal sealed record Measurement(
    string Workload,
    string Subject,
    string Durability,
    double PerSecond,
    double PerProcessorSecond,
    double P50,
    double P99,
    long Failures,
    double ForeignPercent,
    double StealPercent,
    double ClientPercent,
    IReadOnlyList<double> Rounds)
{
    [JsonIgnore]
    public bool IsLimit => Subject.StartsWith("limit", StringComparison.Ordinal);

    [JsonIgnore]
    public bool IsOurs => Subject.StartsWith("CloudMind", StringComparison.Ordinal);
}
