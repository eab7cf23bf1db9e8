namespace Bench.Load;

/// <summary>How long a run looks at each server in each workload.</summary>
/// <param name="Name">For the report.</param>
/// <param name="FirstWarmUp">Before a server's first workload: .NET compiles again what is used often, and is up to twice as fast after.</param>
/// <param name="WarmUp">Before each further one.</param>
/// <param name="Slot">One turn.</param>
/// <param name="Rounds">How many turns each.</param>
/// <param name="Idle">Rest before the memory of an idle server is read.</param>
internal sealed record Plan(string Name, TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Slot, int Rounds, TimeSpan Idle)
{
    public static Plan Quick { get; } = new("quick", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.5), 2, TimeSpan.FromSeconds(5));

    public static Plan Full { get; } = new("full", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(5), 3, TimeSpan.FromSeconds(30));
}
