using System.CommandLine;
using Identity.Server.Hosting;

namespace Identity.Server.Commands;

/// <summary>The command line. Without a command it serves.</summary>
internal static class IdentityCommand
{
    public const int Success = 0;

    /// <summary>The command was understood and refused.</summary>
    public const int Refused = 1;

    /// <summary>It was done, except for data that could not be used (EX_DATAERR of sysexits.h).</summary>
    public const int BadData = 65;

    /// <summary>A setting keeps the server from starting (EX_CONFIG of sysexits.h).</summary>
    public const int BadSettings = 78;

    public static Task<int> RunAsync(string[] args)
    {
        var config = new Option<string[]>("--config") { Description = "A JSON file with settings; may be repeated, later ones win.", Recursive = true, AllowMultipleArgumentsPerToken = false };
        var root = new RootCommand("CloudMind Identity, an OpenID Connect server that also speaks old login APIs. Other options are settings: --urls http://localhost:5000, --Issuer=https://id.example ...")
        {
            config,
            new ServeCommand(config),
            UsersCommands.Of(config),
            ClientsCommands.Of(config),
            KeysCommands.Of(config),
            AuditCommands.Of(config),
            AuditCommands.Jobs(config),
            MigrateCommand.Of(config),
            DoctorCommand.Of(config),
            BackupCommand.Of(config),
            RestoreCheckCommand.Of(config),
            new ImportCommand(config),
            new CompatCommand(config),
        };
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction((result, cancellationToken) => ServeCommand.ServeAsync(result, config, cancellationToken));
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>What the parser left over must be settings, <c>--Name=value</c> or <c>--Name value</c>: a misspelt command is not to start a server.</summary>
    public static IReadOnlyList<string> Settings(ParseResult result)
    {
        var left = result.UnmatchedTokens;
        for (var i = 0; i < left.Count; i++)
        {
            if (!left[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException($"{left[i]} is neither a command nor a setting. Settings are written --Name=value.");
            }

            if (!left[i].Contains('=', StringComparison.Ordinal) && (++i == left.Count || left[i].StartsWith("--", StringComparison.Ordinal)))
            {
                throw new SettingsException($"{left[i - 1]} has no value. Settings are written --Name=value.");
            }
        }

        return left;
    }

    /// <summary>Turns a bad setting into one sentence and an exit code; the sentence is all that the operator needs.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> act)
    {
        try
        {
            return await act();
        }
        catch (SettingsException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return BadSettings;
        }
    }
}
