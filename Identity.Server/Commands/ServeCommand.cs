using System.CommandLine;
using Identity.Server.Hosting;

namespace Identity.Server.Commands;

/// <summary><c>identity serve</c>, and what happens without a command.</summary>
internal sealed class ServeCommand : Command
{
    public ServeCommand(Option<string[]> config)
        : base("serve", "Serves until it is stopped.")
    {
        TreatUnmatchedTokensAsErrors = false;
        SetAction((result, cancellationToken) => ServeAsync(result, config, cancellationToken));
    }

    public static Task<int> ServeAsync(ParseResult result, Option<string[]> config, CancellationToken cancellationToken) => IdentityCommand.GuardAsync(async () =>
    {
        await using var app = ServerApplication.Build(IdentityCommand.Settings(result), result.GetValue(config) ?? []);
        await app.PrepareAsync(cancellationToken);
        // Starting leaves more garbage than serving ever will; an idle server need not keep it.
        app.Lifetime.ApplicationStarted.Register(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        try
        {
            await app.RunAsync(cancellationToken);
        }
        catch (Exception failure) when (ListeningAddresses.Explain(failure) is not null)
        {
            throw ListeningAddresses.Explain(failure)!;
        }

        return IdentityCommand.Success;
    });
}
