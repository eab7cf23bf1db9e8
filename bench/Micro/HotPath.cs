using System.Text;
using BenchmarkDotNet.Attributes;
using Identity.OpenId.Errors;
using Identity.OpenId.Parameters;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.OpenId.Tokens;
using Identity.Server;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Identity.Server.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bench.Micro;

/// <summary>The pieces of a token request, each alone, on the parts of a real server with its own SQLite file.</summary>
public class HotPath
{
    private const string Secret = "a-secret-of-a-benchmark-with-more-than-32-characters";
    private const string Issuer = "http://127.0.0.1:5000";
    private static readonly byte[] Form = "grant_type=refresh_token&scope=openid%20profile&refresh_token=AQABAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"u8.ToArray();
    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"bench:{Secret}"));
    private static readonly Caller Here = new(Issuer, "127.0.0.1", "127.0.0.1");

    private readonly string folder = Directory.CreateTempSubdirectory("identity-bench-").FullName;
    private WebApplication server = null!;
    private ClientAuthenticator authenticator = null!;
    private SigningKeys keys = null!;
    private IdentityStore store = null!;
    private AccessTokens tokens = null!;
    private RefreshFamilyRow family = null!;
    private AccessTokenClaims claims = null!;
    private PresentedClient presented = null!;
    private string refreshToken = "";
    private string accessToken = "";
    private byte[] familyKey = [];
    private long generation = 1;

    // The toolchain in this process does not wait for a task.
    [GlobalSetup]
    public void Start() => StartAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => StopAsync().GetAwaiter().GetResult();

    private async Task StartAsync()
    {
        var settings = Path.Combine(folder, "bench.json");
        await File.WriteAllTextAsync(settings, $$"""{"Clients":[{"client_id":"bench","client_secret":"{{Secret}}","grant_types":["client_credentials","password","refresh_token"],"scope":"openid profile offline_access","first_party":true}]}""");
        server = ServerApplication.Build(
            ["--environment=Development", "--urls=http://127.0.0.1:0", $"--Issuer={Issuer}", $"--ConnectionStrings:Identity=Data Source={Path.Combine(folder, "identity.db")}", $"--Mail:PickupDirectory={Path.Combine(folder, "mail")}", "--Accounts:PasswordIterations=1"],
            [settings],
            builder => builder.Logging.ClearProviders());
        await server.PrepareAsync();
        var services = server.Services;
        (authenticator, keys, store, tokens) = (services.GetRequiredService<ClientAuthenticator>(), services.GetRequiredService<SigningKeys>(), services.GetRequiredService<IdentityStore>(), services.GetRequiredService<AccessTokens>());
        presented = Expect(PresentedClient.Read(Basic, ParameterSet.Empty));
        var (account, _) = await services.GetRequiredService<AccountRegistry>().CreateAsync(new NewAccount { UserName = "bench", Password = "bench-password-1" }, "bench", CancellationToken.None);
        var client = services.GetRequiredService<ClientDirectory>().Find("bench")!;
        var now = TimeProvider.System.GetUtcNow();
        var issued = Expect(await services.GetRequiredService<TokenIssuer>().IssueAsync(
            new Authorization { Client = client.Metadata, Account = account, Scopes = Expect(ScopeSet.Parse("openid profile offline_access")), AuthTime = now, AuthenticationMethods = ["pwd"] }, Issuer, [Issuer], CancellationToken.None));
        (accessToken, refreshToken) = (issued.Response.AccessToken, issued.Response.RefreshToken!);
        family = (await services.GetRequiredService<RefreshFamilies>().PeekAsync(refreshToken, CancellationToken.None))!;
        familyKey = services.GetRequiredService<RootKeys>().FamilyKey(family.MacKeyId, family.Salt)!;
        claims = Expect(await tokens.ReadAsync(accessToken, Issuer, CancellationToken.None)).Claims;
    }

    private async Task StopAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(Description = "read a token request")]
    public TokenRequest Parse() => Expect(TokenRequest.Parse(Expect(ParameterSet.Parse(Form))));

    [Benchmark(Description = "authenticate a client by its secret")]
    public async Task AuthenticateAsync() => Expect(await authenticator.AuthenticateAsync(presented, Here, Endpoints.Token, CancellationToken.None));

    [Benchmark(Description = "write and sign an access token, ES256")]
    public string Sign() => keys.Signer("ES256").Sign(claims.ToJson(), AccessTokenClaims.Type);

    [Benchmark(Description = "the same payload, RS256")]
    public string SignRsa() => keys.Signer("RS256").Sign(claims.ToJson(), IdTokenClaims.Type);

    [Benchmark(Description = "read a refresh token and check its MAC")]
    public bool CheckMac() => RefreshToken.TryRead(refreshToken, out var token, out var mac) && token.Proves(familyKey, mac);

    [Benchmark(Description = "one rotation: UPDATE and commit")]
    public async Task RotateAsync()
    {
        var (from, instant) = (generation, family.RotatedAt.ToUnixTimeMilliseconds());
        if (!await store.WriteOnceAsync(RefreshFamilies.Rotate, LostAnswer.Repeat, CancellationToken.None, family.Id, ++generation, instant, family.ExpiresAt.ToUnixTimeMilliseconds(), from))
        {
            throw new InvalidOperationException("It rotated nothing.");
        }
    }

    [Benchmark(Description = "verify an access token's signature, ES256")]
    public async Task VerifyAsync() => Expect(await TokenReader.ReadAccessTokenAsync(accessToken, Issuer, keys.Verifying(), TimeProvider.System.GetUtcNow()));

    [Benchmark(Description = "judge an access token whose signature is remembered")]
    public async Task JudgeAsync() => Expect(await tokens.ReadAsync(accessToken, Issuer, CancellationToken.None));

    private static T Expect<T>(Result<T> result) => result.Succeeded(out var value, out var error) ? value : throw new InvalidOperationException(error.Description);
}
