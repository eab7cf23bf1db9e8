using System.Globalization;

namespace Identity.Server.Import;

/// <summary>
/// What did not come over, and why: line, number, what happened, the reason, with tabs between. No value of the file stands in
/// it. It grows at its end, for a run that was killed and begun again has two parts.
/// </summary>
internal sealed class ImportReport : IDisposable
{
    private readonly StreamWriter writer;

    public ImportReport(string path, string api, DateTimeOffset now, bool dryRun)
    {
        try
        {
            writer = new StreamWriter(path, append: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImportRefusedException($"The report {path} cannot be written.", failure);
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# import of {api}{(dryRun ? ", dry run" : "")}, {now:yyyy-MM-ddTHH:mm:ssZ}"));
        writer.WriteLine("# line\tnumber\twhat\treason");
    }

    public int Skipped { get; private set; }

    public int Remarks { get; private set; }

    public void Skip(int line, int? number, string reason)
    {
        Skipped++;
        Write(line, number, "skipped", reason);
    }

    public void Remark(int line, int? number, string reason)
    {
        Remarks++;
        Write(line, number, "remark", reason);
    }

    /// <summary>Before the commit: a line that is there twice is better than none.</summary>
    public void Flush() => writer.Flush();

    public void Dispose() => writer.Dispose();

    private void Write(int line, int? number, string what, string reason) =>
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}\t{number}\t{what}\t{reason}"));
}
