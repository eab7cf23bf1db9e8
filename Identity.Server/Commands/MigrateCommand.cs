using System.CommandLine;
using Identity.Server.Data;

namespace Identity.Server.Commands;

/// <summary><c>identity migrate</c>: what a start would do to the schema, and nothing else.</summary>
internal static class MigrateCommand
{
    public static Command Of(Option<string[]> config)
    {
        var migrate = new Command("migrate", "Brings the database to this version's schema and prints each step; safe beside running servers.") { TreatUnmatchedTokensAsErrors = false };
        migrate.SetAction((result, cancellationToken) => IdentityCommand.GuardAsync(async () =>
        {
            if (CommandRun.Stray(result) is { } stray)
            {
                return CommandRun.Refuse(stray);
            }

            await using var app = CommandRun.Build(result, config);
            await app.OpenDatabaseAsync(cancellationToken);
            foreach (var step in await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken))
            {
                Console.WriteLine(step);
            }

            return IdentityCommand.Success;
        }));
        return migrate;
    }
}
