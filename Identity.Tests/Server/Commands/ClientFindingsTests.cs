using Identity.OpenId.Clients;
using Identity.Server.Clients;
using Identity.Server.Commands;

namespace Identity.Tests.Server.Commands;

/// <summary>What the doctor says of registrations, one sentence for each thing that is unwise.</summary>
public sealed class ClientFindingsTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ClientMetadata Sound = new()
    {
        ClientId = "sound",
        GrantTypes = ["authorization_code", "refresh_token"],
        RedirectUris = ["https://rp.example/callback"],
        ClientSecretHashes = [new(SecretHasher.Hash(ClientRegistry.NewSecret()))],
    };

    public static TheoryData<string, string> Unwise => new()
    {
        { "weak", "failure: Its secret is one that anybody would try." },
        { "own name", "failure: Its secret is one that anybody would try." },
        { "short", "failure: Its secret has 12 characters." },
        { "expired", "failure: All of its secrets have expired." },
        { "expiring", "warning: Its last secret expires at 2030-01-08 00:00:00Z." },
        { "wildcard", "failure: The redirect URI https://*.rp.example/cb must be an absolute URI without spaces, wildcards or characters beyond ASCII." },
        { "plain", "failure: The redirect URI http://rp.example/cb must be https." },
        { "root", "warning: The redirect URI https://rp.example/ is the root of a site." },
        { "desk", "warning: The redirect URI http://localhost:3000/cb is a developer's machine." },
        { "public password", "warning: A public client has the password grant: whoever knows its client_id can try passwords in its name." },
        { "no pkce", "warning: PKCE is not required of it." },
        { "no rotation", "warning: A public client keeps one refresh token: a stolen one is never noticed." },
        { "long", "warning: Its access tokens live 2.00:00:00: resource servers see a revocation that late." },
        { "plain origin", "warning: Scripts of http://rp.example may call us over plain http pages." },
        { "demo", "warning: It has the name of the demonstration client." },
    };

    [Theory, MemberData(nameof(Unwise))]
    public void What_is_unwise_is_said_with_what_to_do(string registration, string expected)
    {
        var open = Sound with { TokenEndpointAuthMethod = "none", ClientSecretHashes = [] };
        var (client, secret) = registration switch
        {
            "weak" => (Sound with { ClientSecretHashes = [new(SecretHasher.Hash("changeme"))] }, null),
            "own name" => (Sound with { ClientSecretHashes = [new(SecretHasher.Hash("sound"))] }, null),
            "short" => (Sound, "twelve chars"),
            "expired" => (Sound with { ClientSecretHashes = [Sound.ClientSecretHashes[0] with { ExpiresAt = Now.ToUnixTimeSeconds() }] }, null),
            "expiring" => (Sound with { ClientSecretHashes = [Sound.ClientSecretHashes[0] with { ExpiresAt = Now.AddDays(7).ToUnixTimeSeconds() }] }, null),
            "wildcard" => (Sound with { RedirectUris = ["https://*.rp.example/cb"] }, null),
            "plain" => (Sound with { RedirectUris = ["http://rp.example/cb"] }, null),
            "root" => (Sound with { RedirectUris = ["https://rp.example/"] }, null),
            "desk" => (Sound with { RedirectUris = ["http://localhost:3000/cb"] }, null),
            "public password" => (open with { GrantTypes = ["password"], FirstParty = true }, null),
            "no pkce" => (Sound with { RequirePkce = false }, null),
            "no rotation" => (open with { RotateRefreshTokens = false }, null),
            "long" => (Sound with { AccessTokenLifetime = TimeSpan.FromDays(2) }, null),
            "plain origin" => (Sound with { CorsOrigins = ["http://rp.example"] }, null),
            _ => (Sound with { ClientId = "demo" }, (string?)null),
        };
        var finding = Assert.Single(ClientFindings.Of(client, secret, production: true, Now));
        Assert.Equal(expected, $"{(finding.Grade == Grade.Failure ? "failure" : "warning")}: {finding.Says}");
        Assert.NotNull(finding.Advice);
        Assert.Equal($"client {client.ClientId}", finding.About);
    }

    [Fact]
    public void Nothing_is_said_of_a_sound_one() => Assert.Empty(ClientFindings.Of(Sound, new string('x', 32), production: true, Now));
}
