using System.Diagnostics;

namespace Bench.Load.Subjects;

/// <summary>bench/Limit: what the framework and the hardware allow.</summary>
internal sealed class LimitProgram(string program, string directory, int port, string synchronous, int iterations) : Subject($"limit {synchronous}", port)
{
    // Made by a key of this program's own first request, in PrepareAsync.
    private string token = "";

    public override string Note => "bare Kestrel and bare parts; judges nothing";

    public override string Durability => synchronous;

    public override string Hashing => $"PBKDF2-SHA512 x {iterations}";

    protected override string Ready => "/discovery";

    protected override ProcessStartInfo Command() => Pinned(directory, program, Url, Path.Combine(directory, "limit.db"), synchronous, iterations.ToString(System.Globalization.CultureInfo.InvariantCulture));

    protected override async Task PrepareAsync() => token = (await PostAsync("/token", null, ("grant_type", "client_credentials"))).GetProperty("access_token").GetString()!;

    public override IReadOnlyList<Call>? Calls(string workload) => workload switch
    {
        Workload.ClientCredentials => Many(() => new Same(Call.Post("/token", "grant_type=client_credentials&scope=api", Ours.Basic))),
        Workload.Refresh => Many(() => new Chain(refresh => Call.Post("/refresh", $"grant_type=refresh_token&refresh_token={refresh}", Ours.Basic), new string('r', 60))),
        Workload.Password => Many(() => new Same(Call.Post("/password", "grant_type=password&username=bench&password=bench-password-1", Ours.Basic))),
        Workload.UserInfo => Many(() => new Same(Call.Get("/userinfo", $"Bearer {token}"))),
        Workload.Introspection => Many(() => new Same(Call.Post("/introspect", $"token={token}", Ours.Basic))),
        Workload.Discovery or Workload.Jwks => Many(() => new Same(Call.Get("/discovery"))),
        _ => null,
    };

    private static IReadOnlyList<Call> Many(Func<Call> one) => [.. Enumerable.Range(0, Workload.Connections).Select(_ => one())];
}
