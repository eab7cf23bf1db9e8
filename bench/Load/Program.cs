using System.CommandLine;
using Bench.Load;

// load --growth --work DIR --server FILE [--postgres CONNECTION]
// load --work DIR --server FILE --limit FILE [--oidc-provider DIR] [--glewlwyd SETUP] [--quick] [--only a,b] [--json FILE] [--svg FILE]
Option<string> work = new("--work") { Required = true }, server = new("--server") { Required = true };
Option<string?> limit = new("--limit"), postgres = new("--postgres"), oidcProvider = new("--oidc-provider"), glewlwyd = new("--glewlwyd"), json = new("--json"), svg = new("--svg"), only = new("--only");
Option<bool> quick = new("--quick"), ours = new("--ours"), growth = new("--growth");
RootCommand command = [work, server, limit, oidcProvider, glewlwyd, quick, ours, growth, postgres, only, json, svg];
command.SetAction(async (arguments, _) =>
{
    var places = new Run.Places(arguments.GetValue(work)!, arguments.GetValue(server)!, arguments.GetValue(limit) ?? "", arguments.GetValue(oidcProvider), arguments.GetValue(glewlwyd), arguments.GetValue(ours));
    if (arguments.GetValue(growth))
    {
        Console.WriteLine(await new Growth(places, arguments.GetValue(postgres), arguments.GetValue(only)?.Split(',') ?? [], Console.Error.WriteLine).MeasureAsync());
        return 0;
    }

    var plan = arguments.GetValue(quick) ? Plan.Quick : Plan.Full;
    var workloads = arguments.GetValue(only)?.Split(',') ?? [.. Workload.All, Run.BesideLogins];
    var run = new Run(plan, workloads, line => Console.Error.WriteLine(line));
    return await run.ExecuteAsync(places, async report =>
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
