using Identity.Compat;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Identity.Server.Clients;
using Identity.Server.Hosting;

namespace Identity.Server.Compat;

/// <summary>The first-party clients behind the legacy APIs. Nobody can be one of them from outside: their authentication method is <c>internal</c>.</summary>
internal static class LegacyApis
{
    public const string CloudMind = "cloudmind";
    public const string NleCloud = "nlecloud";
    public const string RageFrame = "rageframe";

    public static IReadOnlyList<string> Names { get; } = [CloudMind, NleCloud, RageFrame];

    public static LegacyApiList List(CompatOptions options, bool servesByDefault) => new(
        Names,
        [
            .. Serving(options.CloudMind, Client(CloudMind, "CloudMind", TimeSpan.FromSeconds(30_000), GrantTypes.Password), servesByDefault),
            .. Serving(options.NleCloud, Client(NleCloud, "NLECloud", TimeSpan.FromHours(24), GrantTypes.Password), servesByDefault),
            .. Serving(options.RageFrame, Client(RageFrame, "RageFrame", TimeSpan.FromSeconds(172_800), GrantTypes.Password, GrantTypes.RefreshToken), servesByDefault),
        ]);

    public static CompatOptions Read(IConfiguration configuration) => Settings.Read<CompatOptions>(configuration, "Compat", Mistakes);

    private static IEnumerable<string> Mistakes(CompatOptions options)
    {
        foreach (var (name, api) in new (string, LegacyApiOptions)[] { ("CloudMind", options.CloudMind), ("NleCloud", options.NleCloud), ("RageFrame", options.RageFrame) })
        {
            if (api.NumbersFrom < 1)
            {
                yield return $"{name}:NumbersFrom must be at least 1.";
            }

            if (api.Prefixes.Any(prefix => prefix.Length > 0 && (!prefix.StartsWith('/') || prefix.EndsWith('/') || prefix.AsSpan().IndexOfAny("{}*? ") >= 0)))
            {
                yield return $"{name}:Prefixes must be empty or begin with a slash, end without one, and hold no pattern.";
            }
        }

        if (options.NleCloud.RememberMeLifetime < TimeSpan.FromMinutes(1) || options.NleCloud.RememberMeLifetime > TimeSpan.FromDays(30))
        {
            yield return "NleCloud:RememberMeLifetime must be between one minute and 30 days.";
        }
    }

    private static IEnumerable<ClientMetadata> Serving(LegacyApiOptions options, ClientMetadata client, bool servesByDefault) =>
        options.Enabled ?? servesByDefault ? [client] : [];

    private static ClientMetadata Client(string api, string name, TimeSpan lifetime, params string[] grants) => new()
    {
        ClientId = api,
        ClientName = name,
        TokenEndpointAuthMethod = ClientAuthenticationMethods.Internal,
        FirstParty = true,
        GrantTypes = grants,
        Scope = $"openid profile email phone address {api}",
        AccessTokenLifetime = lifetime,
    };
}
