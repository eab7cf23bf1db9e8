using System.Diagnostics;
using System.Globalization;

namespace Bench.Load.Subjects;

/// <summary>bench/peers/oidc-provider: the npm package on Node.</summary>
internal sealed class OidcProvider(string installed, string directory, int port, string durability) : Subject($"oidc-provider {durability}", port)
{
    private readonly List<Call> chains = [];
    private string access = "";

    public static IReadOnlyList<string> Durabilities { get; } = ["FULL", "NORMAL", "memory"];

    public override string Note => "opaque access tokens, people in memory, clear client secrets";

    public override string Durability => durability;

    protected override string Ready => "/jwks";

    protected override ProcessStartInfo Command() =>
        Pinned(directory, "node", Path.Combine(installed, "server.mjs"), Port.ToString(CultureInfo.InvariantCulture), Path.Combine(directory, "models.db"), durability, Workload.Connections.ToString(CultureInfo.InvariantCulture));

    protected override async Task PrepareAsync()
    {
        var seed = await PostAsync("/bench/seed", null);
        chains.AddRange(seed.GetProperty("refresh").EnumerateArray().Select(token => new Chain(refresh => Call.Post("/token", $"grant_type=refresh_token&refresh_token={refresh}", Ours.Basic), token.GetString()!)));
        access = seed.GetProperty("access").GetString()!;
    }

    public override IReadOnlyList<Call>? Calls(string workload) => workload switch
    {
        Workload.ClientCredentials => Many(Call.Post("/token", "grant_type=client_credentials&scope=api", Ours.Basic)),
        Workload.Refresh => chains,
        Workload.UserInfo => Many(Call.Get("/me", $"Bearer {access}")),
        Workload.Introspection => Many(Call.Post("/token/introspection", $"token={access}", Ours.Basic)),
        Workload.Discovery => Many(Call.Get("/.well-known/openid-configuration")),
        Workload.Jwks => Many(Call.Get("/jwks")),
        _ => null,
    };

    private static IReadOnlyList<Call> Many(byte[] request) => [.. Enumerable.Range(0, Workload.Connections).Select(_ => new Same(request))];
}
