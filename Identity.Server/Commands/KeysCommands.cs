using System.CommandLine;
using System.Text.Json.Nodes;
using Identity.Server.Keys;

namespace Identity.Server.Commands;

/// <summary><c>identity keys ...</c>: the signing keys.</summary>
internal static class KeysCommands
{
    public static Command Of(Option<string[]> config)
    {
        var now = new Option<bool>("--now") { Description = "Sign with the new keys at once: for keys that are known to others. Whoever keeps a copy of the key set refuses our tokens until it is fetched again." };

        var list = new Command("list", "Every signing key, and what it does now.") { CommandRun.Json };
        CommandRun.SetAction(list, config, async (result, services, cancellationToken) =>
        {
            var keys = services.GetRequiredService<SigningKeys>();
            await keys.LoadAsync(cancellationToken);
            return CommandRun.Show(result, ["kid", "alg", "state", "announced_at", "signs_from"], keys.Describe().Select(key => (IReadOnlyList<JsonNode?>)
                [key.Key.KeyId, key.Key.Algorithm, key.State, CommandRun.Instant(key.Key.AnnouncedAt), CommandRun.Instant(key.Key.SignsFrom)]));
        });
        var rotate = new Command("rotate", "Announces the next key of each algorithm now, in place of waiting for its time.") { now };
        CommandRun.SetAction(rotate, config, async (result, services, cancellationToken) =>
            await services.GetRequiredService<SigningKeys>().HastenAsync(result.GetValue(now), cancellationToken)
                ? IdentityCommand.Success
                : CommandRun.Refuse("The next keys are announced already; --now does not wait for them."));
        return new Command("keys", "Signing keys.") { list, rotate };
    }
}
