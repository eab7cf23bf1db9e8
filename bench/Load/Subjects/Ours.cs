using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bench.Load.Subjects;

/// <summary>CloudMind Identity, published, in Production over plain http.</summary>
internal sealed class Ours(string program, string directory, int port, string synchronous, int iterations, Shape? shape = null) : Subject($"CloudMind {synchronous}", port)
{
    private readonly Shape shape = shape ?? new();
    public const string Secret = "bench-secret-of-the-benchmark-that-is-long-enough";
    private static readonly string[] GrantTypes = ["client_credentials", "password", "refresh_token"];
    public const string UserPassword = "bench-password-1";

    public static string Basic { get; } = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"bench:{Secret}"));

    private readonly List<string> refreshTokens = [];
    private readonly List<string> accessTokens = [];
    private readonly List<string> legacyTokens = [];

    public override string Note => "JWT access tokens, accounts and families in SQLite, secrets as SHA-256";

    public override string Durability => synchronous;

    public override string Hashing => $"PBKDF2-SHA512 x {iterations}";

    protected override string Ready => "/health/ready";

    public string Folder => directory;

    private string Config => Path.Combine(directory, "bench.json");

    protected override ProcessStartInfo Command() => Pinned(directory, program, "serve", "--config", Config, $"--urls={Url}");

    /// <summary>Writes the settings and makes the people; before the first start.</summary>
    public async Task InstallAsync()
    {
        await ConfigureAsync();
        for (var person = 0; person < Workload.Connections; person++)
        {
            var start = new ProcessStartInfo(program, ["users", "add", "--config", Config, "--user-name", Person(person), "--password-stdin", "--email", $"{Person(person)}@example.com", "--name", "Bench Person"])
            {
                WorkingDirectory = directory,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var command = Process.Start(start)!;
            await command.StandardInput.WriteLineAsync(UserPassword);
            command.StandardInput.Close();
            var (output, errors) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
            await command.WaitForExitAsync();
            if (command.ExitCode != 0)
            {
                throw new InvalidOperationException($"users add: {await output}{await errors}");
            }
        }
    }

    /// <summary>The same people in a database of its own.</summary>
    public async Task InstallAsync(Ours other)
    {
        await ConfigureAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(other.Config)!, "identity.*"))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        }
    }

    private Task ConfigureAsync() => File.WriteAllTextAsync(Config, JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["Issuer"] = shape.Issuer ?? Url,
        ["ConnectionStrings"] = new { Identity = shape.Database ?? $"Data Source={Path.Combine(directory, "identity.db")}" },
        ["Hosting"] = new { AllowInsecureHttp = true },
        ["Keys"] = new { MasterKeyFile = Path.Combine(directory, "identity.key") },
        ["Data"] = new { SqliteSynchronous = synchronous is "FULL" ? "Full" : "Normal" },
        ["Accounts"] = new { PasswordIterations = iterations },
        ["Mail"] = new { PickupDirectory = Path.Combine(directory, "mail") },
        ["Compat"] = new { RageFrame = new { Enabled = true }, NleCloud = new { Enabled = true } },
        ["Scopes"] = Scopes.Select(name => new { name }),
        ["Clients"] = Enumerable.Range(0, shape.Clients).Select(number => new
        {
            client_id = number == 0 ? "bench" : $"client-{number.ToString(CultureInfo.InvariantCulture)}",
            client_secret = Secret,
            grant_types = GrantTypes,
            first_party = true,
            may_introspect = true,
            scope = $"openid profile email offline_access {string.Join(' ', Scopes)}",
        }),
    }));

    private IEnumerable<string> Scopes => Enumerable.Range(0, shape.Scopes).Select(number => number == 0 ? "api" : $"api-{number.ToString(CultureInfo.InvariantCulture)}");

    protected override async Task PrepareAsync()
    {
        for (var session = 0; session < Math.Max(shape.Sessions, shape.Connections); session++)
        {
            var tokens = await PostAsync("/connect/token", Basic, ("grant_type", "password"), ("username", Person(session)), ("password", UserPassword), ("scope", "openid profile email offline_access"));
            accessTokens.Add(tokens.GetProperty("access_token").GetString()!);
            // Without openid: the limit signs one token too.
            tokens = await PostAsync("/connect/token", Basic, ("grant_type", "password"), ("username", Person(session)), ("password", UserPassword), ("scope", "profile offline_access"));
            refreshTokens.Add(tokens.GetProperty("refresh_token").GetString()!);
        }

        for (var connection = 0; connection < Workload.Connections; connection++)
        {
            var legacy = await PostAsync("/v1/site/login", null, ("username", Person(connection)), ("password", UserPassword), ("group", "app"));
            legacyTokens.Add(legacy.GetProperty("data").GetProperty("refresh_token").GetString()!);
        }
    }

    public override IReadOnlyList<Call>? Calls(string workload) => workload switch
    {
        Workload.ClientCredentials => Many(_ => new Same(Call.Post("/connect/token", $"grant_type=client_credentials&scope={string.Join('+', Scopes)}", Basic))),
        Workload.Refresh => Take(refreshTokens, token => new Chain(refresh => Call.Post("/connect/token", $"grant_type=refresh_token&refresh_token={refresh}", Basic), token)),
        Workload.LegacyRefresh => Take(legacyTokens, token => new Chain(refresh => Call.Post("/v1/site/refresh", $"group=app&refresh_token={refresh}"), token)),
        Workload.Password => Many(person => new Same(Call.Post("/connect/token", $"grant_type=password&username={Person(person)}&password={UserPassword}&scope=profile", Basic))),
        Workload.LegacyLogin => Many(person => new Same(Call.Post("/Users/Login", $"Account={Person(person)}&Password={UserPassword}"))),
        Workload.UserInfo => Take(accessTokens, token => new Same(Call.Get("/connect/userinfo", $"Bearer {token}"))),
        Workload.Introspection => Take(accessTokens, token => new Same(Call.Post("/connect/introspect", $"token={token}", Basic))),
        Workload.Discovery => Many(_ => new Same(Call.Get("/.well-known/openid-configuration"))),
        Workload.Jwks => Many(_ => new Same(Call.Get("/.well-known/jwks"))),
        _ => null,
    };

    private IReadOnlyList<Call> Many(Func<int, Call> one) => [.. Enumerable.Range(0, shape.Connections).Select(one)];

    private string Person(int index) => shape.Person(index);

    // A chain goes on where the last slot left it.
    private readonly Dictionary<(List<string>, string), IReadOnlyList<Call>> taken = [];

    private IReadOnlyList<Call> Take(List<string> tokens, Func<string, Call> one, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(one))] string name = "")
    {
        if (!taken.TryGetValue((tokens, name), out var calls))
        {
            taken[(tokens, name)] = calls = tokens.Count <= shape.Connections
                ? [.. tokens.Select(one)]
                : [.. Enumerable.Range(0, shape.Connections).Select(connection => new Turns([.. tokens.Where((_, index) => index % shape.Connections == connection).Select(one)]))];
        }

        return calls;
    }
}
