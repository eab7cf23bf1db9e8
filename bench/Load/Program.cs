using System.CommandLine;
using Bench.Load;

// load --work DIR --server FILE --limit FILE [--oidc-provider DIR] [--quick] [--only a,b] [--json FILE] [--svg FILE]
Option<string> work = new("--work") { Required = true }, server = new("--server") { Required = true }, limit = new("--limit") { Required = true };
Option<string?> oidcProvider = new("--oidc-provider"), json = new("--json"), svg = new("--svg"), only = new("--only");
Option<bool> quick = new("--quick"), ours = new("--ours");
RootCommand command = [work, server, limit, oidcProvider, quick, ours, only, json, svg];
command.SetAction(async (arguments, _) =>
{
    var plan = arguments.GetValue(quick) ? Plan.Quick : Plan.Full;
    var workloads = arguments.GetValue(only)?.Split(',') ?? [.. Workload.All, Run.BesideLogins];
    var run = new Run(plan, workloads, line => Console.Error.WriteLine(line));
    return await run.ExecuteAsync(new Run.Places(
        arguments.GetValue(work)!, arguments.GetValue(server)!, arguments.GetValue(limit)!, arguments.GetValue(oidcProvider), arguments.GetValue(ours)), async report =>
    {
        Console.WriteLine(report.ToTable());
        if (arguments.GetValue(json) is { } to)
        {
            await File.WriteAllTextAsync(to, report.ToJson());
        }

        if (arguments.GetValue(svg) is { } picture)
        {
            await File.WriteAllTextAsync(picture, Picture.Draw(report));
        }
    });
});
return await command.Parse(args).InvokeAsync();
