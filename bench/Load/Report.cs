using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bench.Load;

/// <summary>Everything that one run found.</summary>
/// <param name="At">When.</param>
/// <param name="Machine">Processor and kernel.</param>
/// <param name="Mode">quick or full.</param>
/// <param name="Measurements">Each server in each workload.</param>
/// <param name="Servers">What is true of a server in all of them.</param>
internal sealed record Report(DateTimeOffset At, string Machine, string Mode, IReadOnlyList<Measurement> Measurements, IReadOnlyList<Report.Server> Servers)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="Name">Of the server.</param>
    /// <param name="Durability">How it stores.</param>
    /// <param name="Hashing">How it hashes passwords.</param>
    /// <param name="Note">What is different about its work.</param>
    /// <param name="IdleMemory">MB at rest.</param>
    /// <param name="LoadMemory">MB, the largest after some work.</param>
    /// <param name="SecondStart">Seconds from the second start to the first token, on the server's core; null where nobody looked.</param>
    /// <param name="SecondStartAllCores">The same with all cores.</param>
    internal sealed record Server(string Name, string Durability, string Hashing, string Note, double IdleMemory, double LoadMemory, double? SecondStart, double? SecondStartAllCores);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public string ToTable()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine}; {Mode}; {At:yyyy-MM-dd HH:mm} UTC; one core for the server, {Workload.Connections} connections").AppendLine();
        text.AppendLine("| workload | server | req/s | of limit | x best peer | req/CPU-s | of limit | p50 ms | p99 ms | failed | foreign | steal | client |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var one in Measurements)
        {
            var limit = LimitOf(one);
            var peer = BestPeerOf(one);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {one.Workload} | {one.Subject} | {one.PerSecond:N0} | {Part(one.PerSecond, limit?.PerSecond)} | {Times(one.PerSecond, peer?.PerSecond)} | {one.PerProcessorSecond:N0} | {Part(one.PerProcessorSecond, limit?.PerProcessorSecond)} | {one.P50:0.00} | {one.P99:0.00} | {one.Failures} | {one.ForeignPercent:0} % | {one.StealPercent:0} % | {one.ClientPercent:0} % |");
        }

        text.AppendLine().AppendLine("| server | stores | passwords | MB idle | MB under load | second start to first token, one core / all cores | remarks |").AppendLine("|---|---|---|---:|---:|---:|---|");
        foreach (var server in Servers)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {server.Name} | {server.Durability} | {server.Hashing} | {server.IdleMemory:0} | {server.LoadMemory:0} | {server.SecondStart:0.00} / {server.SecondStartAllCores:0.00} s | {server.Note} |");
        }

        return text.ToString();
    }

    /// <summary>The bound of the same workload, at the same durability where that matters.</summary>
    public Measurement? LimitOf(Measurement one) => one.IsLimit ? null
        : Measurements.FirstOrDefault(other => other.IsLimit && Same(one, other) && string.Equals(other.Durability, one.Durability, StringComparison.Ordinal))
        ?? Measurements.FirstOrDefault(other => other.IsLimit && Same(one, other));

    /// <summary>For ours: the fastest other that stores, at the same durability where one is.</summary>
    public Measurement? BestPeerOf(Measurement one)
    {
        // Of passwords the hash is what is measured, and theirs is another.
        if (!one.IsOurs || one.Workload is Workload.Password)
        {
            return null;
        }

        var peers = Measurements.Where(other => !other.IsOurs && !other.IsLimit && Same(one, other) && other.Durability is not "memory").ToList();
        var alike = peers.Where(other => string.Equals(other.Durability, one.Durability, StringComparison.Ordinal)).ToList();
        return (alike.Count > 0 ? alike : peers).MaxBy(other => other.PerSecond);
    }

    private static bool Same(Measurement one, Measurement other) => string.Equals(one.Workload, other.Workload, StringComparison.Ordinal);

    private static string Part(double value, double? of) => of is > 0 ? (value / of.Value).ToString("P0", CultureInfo.InvariantCulture) : "";

    private static string Times(double value, double? of) => of is > 0 ? (value / of.Value).ToString("0.0", CultureInfo.InvariantCulture) : "";
}
