using System.Globalization;

namespace Identity.Server.Import;

/// <summary>How far an import is: a bar that redraws itself on a terminal, a line now and then elsewhere.</summary>
internal sealed class ImportProgress(TextWriter output, bool terminal, TimeProvider clock, int total)
{
    private const int Width = 30;

    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Say = TimeSpan.FromSeconds(10);

    private readonly long start = clock.GetTimestamp();
    private long last;

    public void Show(int done)
    {
        if (done < total && last != 0 && clock.GetElapsedTime(last) < (terminal ? Redraw : Say))
        {
            return;
        }

        last = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(start);
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var left = rate > 0 ? TimeSpan.FromSeconds((total - done) / rate) : TimeSpan.Zero;
        var share = total == 0 ? 1.0 : (double)done / total;
        var text = string.Create(CultureInfo.InvariantCulture, $"{share,4:P0} {done:N0} of {total:N0} rows, {rate:N0} rows/s, {Spell(left)} left");
        if (terminal)
        {
            var full = (int)(share * Width);
            // Blanks over what a longer line left.
            output.Write($"\r[{new string('#', full)}{new string('.', Width - full)}] {text}    {(done == total ? "\n" : "")}");
        }
        else
        {
            output.WriteLine(text);
        }

        output.Flush();
    }

    /// <summary><c>1:02:03</c> or <c>2:03</c>.</summary>
    public static string Spell(TimeSpan time) => time.ToString(time < TimeSpan.FromHours(1) ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);
}
