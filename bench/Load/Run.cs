using System.Globalization;
using Bench.Load.Subjects;

namespace Bench.Load;

/// <summary>One run: starts the servers, lets them take turns in each workload, and says what it found.</summary>
internal sealed class Run(Plan plan, IReadOnlyList<string> workloads, Action<string> say)
{
    /// <summary>Requests of another kind while sign-ins saturate the core.</summary>
    public const string BesideLogins = "beside logins";

    private const int Iterations = 100_000;

    private readonly long began = TimeProvider.System.GetTimestamp();
    private readonly HashSet<Subject> warm = [];

    /// <param name="Work">A folder for databases and logs.</param>
    /// <param name="Server">Our executable.</param>
    /// <param name="Limit">The bound's.</param>
    /// <param name="OidcProvider">Where npm installed it; null: not here.</param>
    /// <param name="Glewlwyd">What sets it up; null: not here.</param>
    /// <param name="OnlyOurs">Us and the bound, and nobody else.</param>
    internal sealed record Places(string Work, string Server, string Limit, string? OidcProvider, string? Glewlwyd, bool OnlyOurs);

    public async Task<int> ExecuteAsync(Places places, Func<Report, Task> write)
    {
        var subjects = new List<Subject>();
        // Also when this program is told to stop in the middle.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => subjects.ForEach(subject => subject.Dispose());
        try
        {
            await StartAsync(places, subjects);
            say("resting");
            await Task.Delay(plan.Idle);
            subjects.ForEach(subject => subject.IdleMemory = subject.LoadMemory = ProcessorTime.Memory(subject.ProcessId));
            var measurements = new List<Measurement>();
            foreach (var workload in workloads)
            {
                measurements.AddRange(string.Equals(workload, BesideLogins, StringComparison.Ordinal) ? Beside(subjects) : Measure(workload, subjects));
            }

            var servers = new List<Report.Server>();
            foreach (var subject in subjects)
            {
                say($"second start of {subject.Name}");
                var one = await RestartAsync(subject, pinned: true);
                var all = one is null ? null : await RestartAsync(subject, pinned: false);
                servers.Add(new(subject.Name, subject.Durability, subject.Hashing, subject.Note, subject.IdleMemory, subject.LoadMemory, one, all));
                subject.Dispose();
            }

            await write(new(TimeProvider.System.GetUtcNow(), Machine(), plan.Name, measurements, servers));
            return 0;
        }
        finally
        {
            subjects.ForEach(subject => subject.Dispose());
        }
    }

    private async Task StartAsync(Places places, List<Subject> subjects)
    {
        // Alike in hashing, because otherwise the hash is what is compared.
        var (ours, oursNormal) = (new Ours(places.Server, Folder("ours-full"), 6201, "FULL", Iterations), new Ours(places.Server, Folder("ours-normal"), 6202, "NORMAL", Iterations));
        var wanted = new List<Subject> { new LimitProgram(places.Limit, Folder("limit-full"), 6203, "FULL", Iterations), new LimitProgram(places.Limit, Folder("limit-normal"), 6204, "NORMAL", Iterations), ours, oursNormal };
        if (places.OidcProvider is { } node && !places.OnlyOurs)
        {
            wanted.AddRange(OidcProvider.Durabilities.Select((durability, index) => new OidcProvider(node, Folder($"oidc-provider-{durability}"), 6205 + index, durability)));
        }

        if (places.Glewlwyd is { } setup && !places.OnlyOurs)
        {
            wanted.AddRange(Glewlwyd.Journals.Select((journal, index) => new Glewlwyd(setup, Folder($"glewlwyd-{journal}"), 6215 + index, journal)));
        }

        say("making people");
        foreach (var peer in wanted.OfType<Glewlwyd>())
        {
            await peer.InstallAsync();
        }

        await ours.InstallAsync();
        await oursNormal.InstallAsync(ours);
        foreach (var subject in wanted)
        {
            say($"starting {subject.Name}");
            subjects.Add(subject);
            await subject.StartAsync();
        }

        string Folder(string name) => Directory.CreateDirectory(Path.Combine(places.Work, name)).FullName;
    }

    private List<Measurement> Measure(string workload, IReadOnlyList<Subject> subjects)
    {
        // What does not write is the same at each durability and is measured once.
        var writes = workload is Workload.Refresh or Workload.LegacyRefresh;
        var series = subjects.Where(subject => writes || subject.Durability is "FULL" || (subject.Durability is "memory" or "WAL" && workload is Workload.ClientCredentials))
            .Select(subject => (Subject: subject, Calls: subject.Calls(workload)))
            .Where(one => one.Calls is not null)
            .Select(one => new Series(workload, one.Subject, one.Calls!))
            .ToList();
        foreach (var one in series)
        {
            say($"{workload}: warming up {one.Subject.Name}");
            one.WarmUp(warm.Add(one.Subject) ? plan.FirstWarmUp : plan.WarmUp);
        }

        for (var round = 0; round < plan.Rounds; round++)
        {
            series.ForEach(one => one.Slot(plan.Slot));
        }

        return [.. series.Select(one => Tell(one.Result()))];
    }

    // Eight who sign in without pause, and two who ask for a machine's token now and then: how long do those two wait?
    private List<Measurement> Beside(IReadOnlyList<Subject> subjects)
    {
        var found = new List<Measurement>();
        foreach (var subject in subjects.Where(subject => subject.Durability is "FULL"))
        {
            if (subject.Calls(Workload.Password) is not { } logins || subject.Calls(Workload.ClientCredentials) is not { } others)
            {
                continue;
            }

            say($"{BesideLogins}: {subject.Name}");
            var duration = plan.Slot * plan.Rounds;
            var storm = new Thread(() => ClosedLoop.Run(subject.Port, logins, duration + TimeSpan.FromSeconds(1))) { IsBackground = true };
            storm.Start();
            Thread.Sleep(500);
            var series = new Series(BesideLogins, subject, [.. others.Take(2)], TimeSpan.FromMilliseconds(10));
            series.Slot(duration);
            storm.Join();
            found.Add(Tell(series.Result()));
        }

        return found;
    }

    private Measurement Tell(Measurement one)
    {
        say(string.Create(CultureInfo.InvariantCulture, $"  {one.Subject,-28} {one.PerSecond,9:N0}/s {one.PerProcessorSecond,9:N0}/CPU-s  p50 {one.P50:0.00}  p99 {one.P99:0.00} ms  foreign {one.ForeignPercent:0} %  steal {one.StealPercent:0} %  client {one.ClientPercent:0} %  [{string.Join(' ', one.Rounds.Select(round => round.ToString("0", CultureInfo.InvariantCulture)))}]  at {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s"));
        return one;
    }

    // Whoever does not come up again costs its own figure, and not everything that was measured before.
    private async Task<double?> RestartAsync(Subject subject, bool pinned)
    {
        try
        {
            return subject.Calls(Workload.ClientCredentials) is null ? null : (await subject.RestartAsync(pinned)).TotalSeconds;
        }
        catch (InvalidOperationException failure)
        {
            say(failure.Message);
            return null;
        }
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";
        return $"{model}, {Environment.Version} .NET, Linux {Environment.OSVersion.Version.ToString(2)}";
    }
}
