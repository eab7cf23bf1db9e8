using System.CommandLine;
using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Commands;

/// <summary><c>identity doctor</c>: looks at everything that a start does not refuse and that will hurt one day, and says what to do, item by item. It changes nothing.</summary>
internal static class DoctorCommand
{
    public const string HttpName = "doctor";

    public static Command Of(Option<string[]> config)
    {
        var doctor = new Command("doctor", "Checks configuration, database, clock, keys, mail, the public address, proxies, cookies, jobs and every client. Ends with 1 if something is wrong.") { CommandRun.Json };
        doctor.TreatUnmatchedTokensAsErrors = false;
        doctor.SetAction(async (result, cancellationToken) =>
        {
            var findings = new List<Finding>();
            try
            {
                if (CommandRun.Stray(result) is { } stray)
                {
                    return CommandRun.Refuse(stray);
                }

                await using var app = CommandRun.Build(result, config);
                await foreach (var finding in ExamineAsync(app, cancellationToken))
                {
                    findings.Add(finding);
                }
            }
            catch (SettingsException mistake)
            {
                findings.Add(Finding.Bad("configuration", mistake.Message, "Correct the setting; the server does not start with it, and nothing else can be looked at."));
            }

            Report(result, findings);
            return findings.Exists(finding => finding.Grade == Grade.Failure) ? IdentityCommand.Refused : IdentityCommand.Success;
        });
        return doctor;
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(WebApplication app, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var checks = new DoctorChecks(app.Services, app.Configuration, app.Environment.IsProduction(), cancellationToken);
        foreach (var finding in checks.Configuration().Concat(checks.Proxies()).Concat(checks.Cookies()))
        {
            yield return finding;
        }

        await foreach (var finding in checks.MailAsync())
        {
            yield return finding;
        }

        yield return await checks.PublicAddressAsync();
        var database = await checks.DatabaseAsync();
        yield return database;
        if (database.Grade != Grade.Ok)
        {
            yield break;
        }

        foreach (var finding in (Finding[])[await checks.ClockAsync(), .. await checks.KeysAsync(), .. await checks.JobsAsync(), await checks.OutboxAsync(), .. await ClientsAsync(app, cancellationToken)])
        {
            yield return finding;
        }
    }

    private static async Task<IReadOnlyList<Finding>> ClientsAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        // The secrets that an operator chose stand in the configuration only.
        var secrets = Settings.ReadList(app.Configuration, "Clients").GroupBy(json => json["client_id"]?.ToString() ?? "", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First()["client_secret"]?.ToString(), StringComparer.Ordinal);
        var rows = await app.Services.GetRequiredService<IdentityStore>().ReadAsync(
            db => db.Clients.AsNoTracking().Where(row => row.DisabledAt == null).OrderBy(row => row.ClientId).ToListAsync(cancellationToken), cancellationToken);
        var findings = rows.SelectMany(row => ClientMetadata.Read(row.Metadata) is { Client: { } client }
            ? ClientFindings.Of(client, secrets.GetValueOrDefault(row.ClientId), app.Environment.IsProduction(), now)
            : [Finding.Bad($"client {row.ClientId}", "Its registration cannot be read.", "Remove it and add it anew.")]).ToList();
        var sectors = app.Services.GetRequiredService<SectorIdentifiers>();
        foreach (var client in rows.Select(row => ClientMetadata.Read(row.Metadata).Client).OfType<ClientMetadata>())
        {
            if (await sectors.MistakeAsync(client, cancellationToken) is { } mistake)
            {
                findings.Add(Finding.Mind($"client {client.ClientId}", mistake, "Publish there a JSON array of every redirect URI of every client of this sector; until then nobody can tell whose sector it is."));
            }
        }

        return findings.Count > 0 ? findings : [Finding.Good("clients", $"{rows.Count} registrations, nothing to say about them.")];
    }

    private static void Report(ParseResult result, List<Finding> findings)
    {
        if (result.GetValue(CommandRun.Json))
        {
            CommandRun.Print(new JsonArray([.. findings.Select(finding => new JsonObject
            {
                ["about"] = finding.About,
                ["grade"] = Word(finding.Grade),
                ["says"] = finding.Says,
                ["advice"] = finding.Advice,
            })]));
            return;
        }

        foreach (var finding in findings)
        {
            Console.WriteLine($"{Word(finding.Grade),-7}  {finding.About}: {finding.Says}");
            if (finding.Advice is { } advice)
            {
                Console.WriteLine($"         -> {advice}");
            }
        }

        Console.WriteLine($"{findings.Count(finding => finding.Grade == Grade.Failure)} wrong, {findings.Count(finding => finding.Grade == Grade.Warning)} to look at, {findings.Count(finding => finding.Grade == Grade.Ok)} well");
    }

    private static string Word(Grade grade) => grade switch
    {
        Grade.Ok => "ok",
        Grade.Warning => "warning",
        _ => "failure",
    };
}
