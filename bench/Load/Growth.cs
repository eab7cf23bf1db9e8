using System.Globalization;
using System.Text;
using Bench.Load.Subjects;

namespace Bench.Load;

/// <summary>How cost grows: the same work where there is more of one thing at a time.</summary>
/// <param name="places">Where everything is.</param>
/// <param name="postgres">The connection string of an empty PostgreSQL database; null: not here.</param>
/// <param name="only">Of people, clients, scopes, connections and nodes; empty: all.</param>
/// <param name="say">Takes progress lines.</param>
internal sealed class Growth(Run.Places places, string? postgres, IReadOnlyList<string> only, Action<string> say)
{
    private const int Iterations = 100_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(4);

    private readonly List<Row> rows = [];
    private int port = 6230;

    private sealed record Row(string Of, string Amount, string Workload, double PerSecond, double PerProcessorSecond, double P50, double P99, double Memory, double Start);

    public async Task<string> MeasureAsync()
    {
        var seed = new Ours(places.Server, Folder("seed"), port++, "FULL", Iterations);
        say("making people");
        await seed.InstallAsync();
        await seed.StartAsync();
        seed.Dispose();
        foreach (var people in !Wanted("people") ? [] : new[] { 1_000, 10_000, 100_000, 1_000_000 })
        {
            await AloneAsync("people", people, new Shape { People = people, Sessions = 200 }, seed, Workload.Refresh, Workload.UserInfo, Workload.Introspection);
        }

        foreach (var clients in !Wanted("clients") ? [] : new[] { 1, 100, 1_000 })
        {
            await AloneAsync("clients", clients, new Shape { Clients = clients }, seed, Workload.ClientCredentials, Workload.Refresh);
        }

        foreach (var scopes in !Wanted("scopes") ? [] : new[] { 1, 10, 50 })
        {
            await AloneAsync("scopes", scopes, new Shape { Scopes = scopes }, seed, Workload.ClientCredentials);
        }

        foreach (var connections in !Wanted("connections") ? [] : new[] { 1, 8, 64, 256 })
        {
            await AloneAsync("connections", connections, new Shape { Connections = connections }, seed, Workload.ClientCredentials, Workload.Refresh, Workload.UserInfo);
        }

        if (postgres is not null && Wanted("nodes"))
        {
            await NodesAsync(postgres);
        }

        return Table();
    }

    private async Task AloneAsync(string of, int amount, Shape shape, Ours seed, params string[] workloads)
    {
        say($"{of}: {Number(amount)}");
        using var server = new Ours(places.Server, Folder($"{of}-{Number(amount)}"), port++, "FULL", Iterations, shape);
        await server.InstallAsync(seed);
        if (shape.People > 0)
        {
            Crowd.Gather(Path.Combine(server.Folder, "identity.db"), shape.People);
        }

        await server.StartAsync();
        Measure(of, Number(amount), [server], server.UntilReady, workloads);
    }

    // Both on one core: it shows what a second node costs and not what it brings.
    private async Task NodesAsync(string database)
    {
        var shape = new Shape { Database = database, Issuer = "http://127.0.0.1:6200" };
        var servers = new List<Ours>();
        try
        {
            foreach (var nodes in new[] { 1, 2 })
            {
                say($"nodes on PostgreSQL: {Number(nodes)}");
                var server = new Ours(places.Server, Folder($"node-{Number(nodes)}"), port++, "FULL", Iterations, shape);
                await (servers is [var first] ? server.InstallAsync(first) : server.InstallAsync());
                servers.Add(server);
                await server.StartAsync();
                Measure("nodes on PostgreSQL", Number(nodes), servers, server.UntilReady, Workload.ClientCredentials, Workload.Refresh, Workload.UserInfo);
            }
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }
    }

    private void Measure(string of, string amount, List<Ours> servers, TimeSpan start, params string[] workloads)
    {
        foreach (var workload in workloads)
        {
            Together(WarmUp);
            var before = Spent();
            var outcomes = Together(Slot);
            var own = Spent() - before;
            var latencies = new Latencies();
            foreach (var outcome in outcomes)
            {
                latencies.Add(outcome.Latencies);
            }

            var row = new Row(of, amount, workload, latencies.Count / outcomes.Max(outcome => outcome.Seconds), latencies.Count / own, latencies.Percentile(0.5), latencies.Percentile(0.99), servers.Max(server => ProcessorTime.Memory(server.ProcessId)), start.TotalSeconds);
            rows.Add(row);
            say(string.Create(CultureInfo.InvariantCulture, $"  {workload,-20} {row.PerSecond,9:N0}/s {row.PerProcessorSecond,9:N0}/CPU-s  p50 {row.P50:0.00}  p99 {row.P99:0.00} ms"));

            ClosedLoop.Outcome[] Together(TimeSpan duration)
            {
                var results = new ClosedLoop.Outcome[servers.Count];
                var threads = servers.Select((server, index) => new Thread(() => results[index] = ClosedLoop.Run(server.Port, server.Calls(workload)!, duration))).ToList();
                threads.ForEach(thread => thread.Start());
                threads.ForEach(thread => thread.Join());
                return results;
            }
        }

        double Spent() => servers.Sum(server => ProcessorTime.Read(Subject.Core, server.ProcessId).Own);
    }

    private bool Wanted(string of) => only.Count == 0 || only.Contains(of, StringComparer.Ordinal);

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(places.Work, name)).FullName;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Table()
    {
        var text = new StringBuilder().AppendLine("| of | how many | workload | req/s | req/CPU-s | p50 ms | p99 ms | MB | start s |").AppendLine("|---|---:|---|---:|---:|---:|---:|---:|---:|");
        foreach (var row in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Of} | {row.Amount} | {row.Workload} | {row.PerSecond:N0} | {row.PerProcessorSecond:N0} | {row.P50:0.00} | {row.P99:0.00} | {row.Memory:0} | {row.Start:0.0} |");
        }

        return text.ToString();
    }
}
