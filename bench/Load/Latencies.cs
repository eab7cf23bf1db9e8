namespace Bench.Load;

/// <summary>How long answers took: counted to 10 µs below 100 ms, to 1 ms above.</summary>
internal sealed class Latencies
{
    private const int Fine = 10_000;
    private const int Coarse = 60_000;

    private readonly int[] counts = new int[Fine + Coarse];

    public long Count { get; private set; }

    public void Add(TimeSpan taken)
    {
        var at = taken.TotalMilliseconds < 100 ? (int)(taken.TotalMicroseconds / 10) : Fine + Math.Min((int)taken.TotalMilliseconds, Coarse - 1);
        counts[at]++;
        Count++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
    }

    /// <summary>Milliseconds that a part of the answers stayed under.</summary>
    public double Percentile(double part)
    {
        var (left, at) = ((long)Math.Ceiling(Count * part), 0);
        while (at < counts.Length - 1 && (left -= counts[at]) > 0)
        {
            at++;
        }

        return at < Fine ? (at + 1) / 100.0 : at - Fine + 1;
    }
}
