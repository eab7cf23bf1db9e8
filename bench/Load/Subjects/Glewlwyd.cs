using System.Diagnostics;
using System.Globalization;

namespace Bench.Load.Subjects;

/// <summary>bench/peers/glewlwyd: Debian's package, written in C.</summary>
internal sealed class Glewlwyd(string setup, string directory, int port, string journal) : Subject($"glewlwyd {journal}", port)
{
    private readonly List<Call> chains = [];
    private string access = "";

    public static IReadOnlyList<string> Journals { get; } = ["FULL", "WAL"];

    public override string Note => journal is "FULL" ? "JWT access tokens, everything in SQLite with a rollback journal" : "the same with a write-ahead log";

    public override string Durability => journal;

    public override string Hashing => "its own";

    protected override string Ready => "/config";

    protected override ProcessStartInfo Command() => Pinned(directory, "glewlwyd", $"--config-file={Path.Combine(directory, "glewlwyd.conf")}");

    /// <summary>Makes database, client and people; before the first start.</summary>
    public async Task InstallAsync()
    {
        var start = new ProcessStartInfo(setup, [directory, Port.ToString(CultureInfo.InvariantCulture), Workload.Connections.ToString(CultureInfo.InvariantCulture)]);
        if (journal is "WAL")
        {
            start.Environment["WAL"] = "1";
        }

        using var command = Process.Start(start)!;
        await command.WaitForExitAsync();
        if (command.ExitCode != 0)
        {
            throw new InvalidOperationException($"{setup} failed; its log is in {directory}.");
        }
    }

    protected override async Task PrepareAsync()
    {
        for (var connection = 0; connection < Workload.Connections; connection++)
        {
            var tokens = await PostAsync("/api/oidc/token", Ours.Basic, ("grant_type", "password"), ("username", Person(connection)), ("password", Ours.UserPassword), ("scope", "openid api"));
            access = tokens.GetProperty("access_token").GetString()!;
            chains.Add(new Chain(refresh => Call.Post("/api/oidc/token", $"grant_type=refresh_token&refresh_token={refresh}", Ours.Basic), tokens.GetProperty("refresh_token").GetString()!));
        }
    }

    public override IReadOnlyList<Call>? Calls(string workload) => workload switch
    {
        Workload.ClientCredentials => Many(_ => Call.Post("/api/oidc/token", "grant_type=client_credentials&scope=api", Ours.Basic)),
        Workload.Refresh => chains,
        Workload.Password => Many(person => Call.Post("/api/oidc/token", $"grant_type=password&username={Person(person)}&password={Ours.UserPassword}&scope=api", Ours.Basic)),
        Workload.UserInfo => Many(_ => Call.Get("/api/oidc/userinfo", $"Bearer {access}")),
        Workload.Introspection => Many(_ => Call.Post("/api/oidc/introspect", $"token={access}", Ours.Basic)),
        Workload.Discovery => Many(_ => Call.Get("/api/oidc/.well-known/openid-configuration")),
        Workload.Jwks => Many(_ => Call.Get("/api/oidc/jwks")),
        _ => null,
    };

    private static IReadOnlyList<Call> Many(Func<int, byte[]> request) => [.. Enumerable.Range(0, Workload.Connections).Select(index => new Same(request(index)))];

    private static string Person(int index) => $"bench{index.ToString(CultureInfo.InvariantCulture)}x";
}
