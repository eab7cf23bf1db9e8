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

    /// <param name="options">Section <c>Compat</c>.</param>
    /// <param name="servesByDefault">Whether an API serves whose configuration says nothing.</param>
    /// <param name="external">Name and provider's grant of each of our apps at QQ and WeChat.</param>
    public static LegacyApiList List(CompatOptions options, bool servesByDefault, IReadOnlyList<(string Name, string Grant)> external) => new(
        Names,
        [
            .. Serving(options.CloudMind, WithApps(Client(CloudMind, "CloudMind", TimeSpan.FromSeconds(30_000), GrantTypes.Password), options.CloudMind, external), servesByDefault),
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

    // The API has two routes for QQ and WeChat; its client may use every app, unless the operator names some.
    private static ClientMetadata WithApps(ClientMetadata client, CloudMindOptions options, IReadOnlyList<(string Name, string Grant)> external)
    {
        if (options.ExternalApps.Any(name => !external.Any(app => string.Equals(app.Name, name, StringComparison.Ordinal))))
        {
            throw new SettingsException("Compat:CloudMind:ExternalApps must hold names of apps of External.");
        }

        var used = external.Where(app => options.ExternalApps.Count == 0 || options.ExternalApps.Contains(app.Name, StringComparer.Ordinal)).ToList();
        return client with { ExternalApps = [.. used.Select(app => app.Name)], GrantTypes = [.. client.GrantTypes, .. used.Select(app => app.Grant).Distinct(StringComparer.Ordinal)] };
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
