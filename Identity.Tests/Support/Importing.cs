using System.Text;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Import;

namespace Identity.Tests.Support;

/// <summary>An import without the command line around it.</summary>
internal static class Importing
{
    public sealed record Told(int Imported, int AlreadyThere, int Skipped, IReadOnlyList<string> Lines);

    /// <summary>Imports the text as a file and answers what was counted and reported; a line of the report is <c>line|number|what|reason</c>.</summary>
    public static async Task<Told> ImportAsync(this IServiceProvider services, string folder, string api, string text, bool csv = false, bool dryRun = false, bool ignoreUnverified = false, int batch = MemberImport.BatchLength, string? scheme = null)
    {
        var name = Path.Combine(folder, Path.GetRandomFileName());
        await File.WriteAllTextAsync(name, text, new UTF8Encoding(false));
        var reader = new RowReader(ApiColumns.Of(api), services.GetRequiredService<AccountRegistry>(), new(scheme, new HashSet<string>(["useless"], StringComparer.Ordinal), ignoreUnverified));
        var report = $"{name}.report";
        MemberImport import;
        int skipped;
        using (var written = new ImportReport(report, api, DateTimeOffset.UnixEpoch, dryRun))
        {
            import = new MemberImport(new(services.GetRequiredService<IdentityStore>(), api, 1_000, dryRun), written, services.GetRequiredService<TimeProvider>());
            foreach (var rows in ImportFile.Open(name, csv ? "csv" : "jsonl").Rows().Select(reader.Read).Chunk(batch))
            {
                await import.ImportAsync(rows, CancellationToken.None);
            }

            skipped = written.Skipped;
        }

        return new(import.Imported, import.AlreadyThere, skipped, [.. (await File.ReadAllLinesAsync(report)).Where(line => !line.StartsWith('#')).Select(line => line.Replace('\t', '|'))]);
    }
}
