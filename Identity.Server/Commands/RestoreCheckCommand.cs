using System.CommandLine;
using System.Text.Json.Nodes;
using Identity.Server.Hosting;

namespace Identity.Server.Commands;

/// <summary><c>identity restore-check</c>: after a backup came back, what was revoked since it was taken is revoked again, from the audit trail that was kept elsewhere.</summary>
internal static class RestoreCheckCommand
{
    public static Command Of(Option<string[]> config)
    {
        var since = new Option<DateTimeOffset>("--since") { Description = "When the backup was taken, such as 2030-01-31T03:00:00Z. Earlier is no harm.", Required = true };
        var trail = new Option<string>("--trail") { Description = "What identity audit tail --json printed, kept elsewhere; - for standard input.", Required = true };
        var check = new Command("restore-check", "After a restore: applies the revocations of the audit trail that are younger than the backup once more, and says what is left to do by hand.") { since, trail, CommandRun.Json };
        CommandRun.SetAction(check, config, async (result, services, cancellationToken) =>
        {
            var (file, from) = (result.GetValue(trail)!, result.GetValue(since));
            if (file is not "-" && !File.Exists(file))
            {
                return CommandRun.Refuse($"--trail: {file} does not exist.");
            }

            using var reader = file is "-" ? Console.In : new StreamReader(file);
            var (lines, unreadable) = (new List<TrailLine>(), 0);
            while (await reader.ReadLineAsync(cancellationToken) is { } text)
            {
                if (TrailLine.Read(text) is { } line)
                {
                    lines.Add(line);
                }
                else
                {
                    unreadable += text.Length > 0 ? 1 : 0;
                }
            }

            var revocations = ActivatorUtilities.CreateInstance<LaterRevocations>(services);
            var (applied, advice) = (0, new List<string>());
            var later = lines.Where(line => line.At >= from).OrderBy(line => line.At).ToList();
            foreach (var line in later)
            {
                var (rows, hint) = await revocations.ApplyAsync(line, cancellationToken);
                applied += rows > 0 ? 1 : 0;
                advice.AddRange(hint is null ? [] : [hint]);
            }

            AuditLog.RestoreChecked(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RestoreCheckCommand).FullName!), from, later.Count, applied);
            Report(result, later.Count, applied, unreadable, advice);
            // A trail with holes may lack the one line that mattered.
            return unreadable > 0 ? IdentityCommand.BadData : IdentityCommand.Success;
        });
        return check;
    }

    private static void Report(ParseResult result, int events, int applied, int unreadable, List<string> advice)
    {
        if (result.GetValue(CommandRun.Json))
        {
            CommandRun.Print(new JsonObject { ["events"] = events, ["applied"] = applied, ["unreadable"] = unreadable, ["to_do"] = new JsonArray([.. advice.Select(hint => JsonValue.Create(hint))]) });
            return;
        }

        Console.WriteLine($"{events} events since then, {applied} revocations applied again, {unreadable} lines that are none of the trail's");
        foreach (var hint in advice)
        {
            Console.WriteLine($"  -> {hint}");
        }
    }
}
