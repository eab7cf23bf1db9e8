using System.CommandLine;
using System.Globalization;
using Identity.Server.Accounts;
using Identity.Server.Compat;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Import;

namespace Identity.Server.Commands;

/// <summary><c>identity import --api rageframe users.jsonl</c>: brings the people of an old system; docs/import.md has the columns.</summary>
internal sealed class ImportCommand : Command
{
    private readonly Option<string> api = new("--api") { Description = "Whose people they are: cloudmind, nlecloud or rageframe.", Required = true };
    private readonly Argument<string> file = new("file") { Description = "JSON lines or CSV, in UTF-8." };
    private readonly Option<string?> format = new("--format") { Description = "jsonl or csv. Default: by the file's name." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Reads and judges everything, reports, and writes nothing to the database." };
    private readonly Option<string> report = new("--report") { Description = "Where to write what was skipped and why.", DefaultValueFactory = _ => "import-report.tsv" };
    private readonly Option<int> wrapIterations = new("--wrap-iterations") { Description = "PBKDF2 rounds over a fast hash until its owner signs in.", DefaultValueFactory = _ => 10_000 };
    private readonly Option<string?> passwordScheme = new("--password-scheme") { Description = "For rows that name none: bcrypt, pbkdf2, aspnet-identity, or a template such as md5({salt}{password})." };
    private readonly Option<string[]> ignore = new("--ignore") { Description = "A column that is known to be of no use; may be repeated." };
    private readonly Option<bool> ignoreUnverified = new("--ignore-unverified") { Description = "Nobody signs in with an e-mail address or phone number that was not proved, even if they did at the old system." };

    public ImportCommand(Option<string[]> config)
        : base("import", "Brings the people of an old system, with their numbers, counters and password hashes.")
    {
        Add(file);
        foreach (var option in new Option[] { api, format, dryRun, report, wrapIterations, passwordScheme, ignore, ignoreUnverified })
        {
            Add(option);
        }

        TreatUnmatchedTokensAsErrors = false;
        SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(() => RunAsync(result, config, cancellationToken)));
    }

    private async Task<int> RunAsync(ParseResult result, Option<string[]> config, CancellationToken cancellationToken)
    {
        // What is no option is taken for the first argument that is still missing.
        if (result.GetValue(file) is ['-', '-', ..])
        {
            return CommandRun.Refuse("Settings stand after the file.");
        }

        if (CommandRun.Stray(result) is { } stray)
        {
            return CommandRun.Refuse(stray);
        }

        var (whose, rounds, scheme) = (result.GetValue(api)!, result.GetValue(wrapIterations), result.GetValue(passwordScheme));
        if (!LegacyApis.Names.Contains(whose, StringComparer.Ordinal))
        {
            return CommandRun.Refuse($"--api must be one of {string.Join(", ", LegacyApis.Names)}.");
        }

        if (!ImportedHash.MayWrapWith(rounds))
        {
            return CommandRun.Refuse("--wrap-iterations must be between 1000 and 2000000.");
        }

        if (scheme is not null && !ImportedHash.IsScheme(scheme))
        {
            return CommandRun.Refuse("--password-scheme is none that is known.");
        }

        await using var app = CommandRun.Build(result, config);
        try
        {
            return await ImportAsync(app, result, new(scheme, (result.GetValue(ignore) ?? []).ToHashSet(StringComparer.Ordinal), result.GetValue(ignoreUnverified)), cancellationToken);
        }
        catch (ImportRefusedException refused)
        {
            return CommandRun.Refuse(refused.Message);
        }
    }

    private async Task<int> ImportAsync(WebApplication app, ParseResult result, RowRules rules, CancellationToken cancellationToken)
    {
        var (services, dry, whose, rounds) = (app.Services, result.GetValue(dryRun), result.GetValue(api)!, result.GetValue(wrapIterations));
        var (clock, reader) = (services.GetRequiredService<TimeProvider>(), new RowReader(ApiColumns.Of(whose), services.GetRequiredService<AccountRegistry>(), rules));
        var source = ImportFile.Open(result.GetValue(file)!, result.GetValue(format));
        var survey = ImportSurvey.Of(source.Rows().Select(reader.Read));
        await AnnounceAsync(survey, dry ? 0 : rounds, clock);

        // Before the database: an import that cannot report must not have made one.
        using var written = new ImportReport(result.GetValue(report)!, whose, clock.GetUtcNow(), dry);
        var store = await StoreAsync(app, dry, cancellationToken);
        var import = new MemberImport(new(store, whose, rounds, dry), written, clock);
        var progress = new ImportProgress(Console.Error, !Console.IsErrorRedirected, clock, survey.Rows);
        var done = 0;
        foreach (var batch in source.Rows().Select(reader.Read).Chunk(MemberImport.BatchLength))
        {
            await import.ImportAsync(batch, cancellationToken);
            done += batch.Length;
            progress.Show(Math.Min(done, survey.Rows));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(dry ? "would import" : "imported")} {import.Imported:N0}, already there {import.AlreadyThere:N0}, skipped {written.Skipped:N0}, remarks {written.Remarks:N0}; see {result.GetValue(report)}"));
        return written.Skipped > 0 ? IdentityCommand.BadData : IdentityCommand.Success;
    }

    private static async Task AnnounceAsync(ImportSurvey survey, int rounds, TimeProvider clock)
    {
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{survey.Rows:N0} rows, {survey.Fast:N0} with fast hashes to be wrapped, {survey.Passwordless:N0} without a password"));
        if (rounds > 0 && survey.Fast > 0)
        {
            var rate = ImportSurvey.WrapRate(rounds, clock);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"wrapping takes about {ImportProgress.Spell(TimeSpan.FromSeconds(survey.Fast / rate))}, at {rate:N0} hashes/s"));
        }
    }

    private static async Task<IdentityStore?> StoreAsync(WebApplication app, bool dry, CancellationToken cancellationToken)
    {
        if (!dry)
        {
            await app.PrepareDataAsync(cancellationToken);
            return app.Services.GetRequiredService<IdentityStore>();
        }

        return await app.Services.GetRequiredService<Migrator>().LookAsync(cancellationToken) switch
        {
            (true, false) => throw new SettingsException("The database is of another version of this program; start the server once, then try again."),
            (true, true) => app.Services.GetRequiredService<IdentityStore>(),
            _ => null,
        };
    }
}
