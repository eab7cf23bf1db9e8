using System.Globalization;

namespace Bench.Load;

/// <summary>What the kernel says of a core and a process (proc(5)), in seconds.</summary>
/// <param name="Busy">The core's time in use, whoever used it.</param>
/// <param name="Steal">What the hypervisor gave to somebody else.</param>
/// <param name="Own">The process's own.</param>
internal readonly record struct ProcessorTime(double Busy, double Steal, double Own)
{
    private const double Tick = 0.01;

    public static ProcessorTime Read(int core, int process)
    {
        var name = $"cpu{core.ToString(CultureInfo.InvariantCulture)} ";
        // user nice system idle iowait irq softirq steal
        var fields = File.ReadLines("/proc/stat").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
        // The name before it may hold spaces.
        var own = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new(
            (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) * Tick,
            fields[7] * Tick,
            (double.Parse(own[11], CultureInfo.InvariantCulture) + double.Parse(own[12], CultureInfo.InvariantCulture)) * Tick);
    }

    public static ProcessorTime operator -(ProcessorTime after, ProcessorTime before) => new(after.Busy - before.Busy, after.Steal - before.Steal, after.Own - before.Own);

    /// <summary>Resident memory of a process, in MB (10^6 octets).</summary>
    public static double Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line["VmRSS:".Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
