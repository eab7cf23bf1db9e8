using System.CommandLine;
using System.Globalization;
using Identity.Server.Replay;

namespace Identity.Server.Commands;

/// <summary><c>identity compat replay recorded.http --old http://... --new http://...</c>: sends recorded logins to two servers and says where their answers differ.</summary>
internal sealed class CompatReplayCommand : Command
{
    /// <summary>A server gave no answer (EX_UNAVAILABLE of sysexits.h).</summary>
    private const int Unreachable = 69;

    // A given value may come from IDENTITY_REPLAY_PASSWORD, so that it stands in no list of processes.
    private const string Prefix = "IDENTITY_REPLAY_";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string> file = new("file") { Description = "Recorded exchanges, as docs/import.md says; the answers in it are not read." };
    private readonly Option<string> old = new("--old") { Description = "The URL of the old server.", Required = true };
    private readonly Option<string> now = new("--new") { Description = "The URL of this server.", Required = true };
    private readonly Option<string[]> set = new("--set") { Description = "name=value for {{name}} in the file; may be repeated. Or the environment: IDENTITY_REPLAY_NAME." };
    private readonly Option<bool> wait = new("--wait") { Description = "Waits where the recording says that time passed; otherwise it does not." };

    public CompatReplayCommand()
        : base("replay", "Sends recorded logins to the old server and to this one, and prints where the answers differ. 0: nowhere; 1: somewhere.")
    {
        Add(file);
        Add(old);
        Add(now);
        Add(set);
        Add(wait);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (!IsHttp(result.GetValue(old), out var oldAddress) || !IsHttp(result.GetValue(now), out var newAddress))
        {
            return CommandRun.Refuse("--old and --new must be http or https URLs.");
        }

        RecordedTraffic traffic;
        try
        {
            traffic = RecordedTraffic.Read(await File.ReadAllTextAsync(result.GetValue(file)!, cancellationToken));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Bad($"{result.GetValue(file)} cannot be read.");
        }

        if (traffic.Exchanges.Count == 0 || traffic.Exchanges.Any(exchange => exchange.Asked.Split('\n')[0].Split(' ') is not [{ Length: > 0 } method, ['/', ..], ..] || !method.All(char.IsAsciiLetter)))
        {
            return Bad($"{result.GetValue(file)} holds no recorded exchanges.");
        }

        var given = Given(result.GetValue(set) ?? [], traffic);
        var missing = ReplayValues.Needed(traffic).Where(name => !given.ContainsKey(name)).ToList();
        if (missing.Count > 0)
        {
            return Bad($"The file needs values for {string.Join(", ", missing)}: --set {missing[0]}=... or the environment variable {Prefix}{missing[0].ToUpperInvariant()}.");
        }

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Patience };
        return await CompareAsync(traffic, new(http, oldAddress, new(given)), new(http, newAddress, new(given)), result.GetValue(wait), cancellationToken);
    }

    private static async Task<int> CompareAsync(RecordedTraffic traffic, ReplayServer old, ReplayServer now, bool wait, CancellationToken cancellationToken)
    {
        var (differences, number, times) = (0, 0, 0);
        foreach (var exchange in traffic.Exchanges)
        {
            number++;
            if (wait && exchange.Later > TimeSpan.Zero)
            {
                await Task.Delay(exchange.Later, cancellationToken);
            }

            for (var n = 0; n < exchange.Times; n++, times++)
            {
                var (before, after) = (await old.SendAsync(exchange, cancellationToken), await now.SendAsync(exchange, cancellationToken));
                if (before is null || after is null)
                {
                    await Console.Error.WriteLineAsync($"{(before is null ? "The old" : "The new")} server gave no answer.");
                    return Unreachable;
                }

                foreach (var difference in AnswerDifference.Of(before, after))
                {
                    differences++;
                    // The path alone: a query may hold what must not be shown.
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}. {exchange.Asked.Split('\n')[0].Split(' ')[1].Split('?')[0]} {difference}"));
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times} exchanges, {differences} differences"));
        return differences > 0 ? IdentityCommand.Refused : IdentityCommand.Success;
    }

    private static Dictionary<string, string> Given(string[] set, RecordedTraffic traffic)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ReplayValues.Needed(traffic))
        {
            if (set.LastOrDefault(text => text.StartsWith($"{name}=", StringComparison.Ordinal)) is { } pair)
            {
                given[name] = pair[(name.Length + 1)..];
            }
            else if (Environment.GetEnvironmentVariable(Prefix + name.ToUpperInvariant()) is { } value)
            {
                given[name] = value;
            }
        }

        return given;
    }

    private static bool IsHttp(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static int Bad(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return IdentityCommand.BadData;
    }
}
