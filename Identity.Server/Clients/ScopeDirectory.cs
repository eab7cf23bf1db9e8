using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Compat;
using Identity.OpenId.Scopes;
using Identity.Server.Hosting;

namespace Identity.Server.Clients;

/// <summary>The scopes that this server knows: the standard ones, one for each legacy API, and those of <c>Scopes:</c> and <c>Resources:</c>.</summary>
internal sealed class ScopeDirectory
{
    private readonly FrozenDictionary<string, Scope> scopes;

    private ScopeDirectory(IEnumerable<Scope> scopes) => this.scopes = scopes.ToFrozenDictionary(scope => scope.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => scopes.Keys;

    /// <summary>What discovery tells: the scopes that a client outside can be given.</summary>
    public IReadOnlyList<string> Public => [.. StandardScopes.All, .. scopes.Values.Where(scope => scope.Public).Select(scope => scope.Name).Order(StringComparer.Ordinal)];

    /// <summary>The resources that some of the scopes belong to.</summary>
    public IReadOnlyList<string> Resources(ScopeSet granted) =>
        [.. granted.Where(scopes.ContainsKey).SelectMany(scope => scopes[scope].Resources).Distinct(StringComparer.Ordinal)];

    /// <summary>The <c>aud</c> of an access token: this server, and the resources of its scopes, or those of them that were asked for (RFC 8707).</summary>
    public IReadOnlyList<string> Audience(string issuer, ScopeSet granted, IReadOnlyList<string>? asked) =>
        [issuer, .. Resources(granted).Where(resource => asked?.Contains(resource, StringComparer.Ordinal) ?? true)];

    /// <summary>What the operator says of a scope, for people.</summary>
    public string? Describe(string scope) => scopes.GetValueOrDefault(scope)?.Description;

    /// <summary>The claims that the granted scopes release.</summary>
    public IEnumerable<string> Claims(ScopeSet granted) =>
        granted.SelectMany(scope => scopes.TryGetValue(scope, out var known) ? known.Claims : ScopeClaims.Of(scope));

    /// <param name="configuration">Of which <c>Scopes</c> and <c>Resources</c> are read.</param>
    /// <param name="legacyApis">Their scopes have their names.</param>
    /// <param name="development">Where nothing is configured, the scope of the samples.</param>
    public static ScopeDirectory Read(IConfiguration configuration, IEnumerable<string> legacyApis, bool development)
    {
        var resources = Settings.ReadList(configuration, "Resources").Select((json, index) => Parse<ResourceSetting>(json, $"Resources:{index}")).ToList();
        var custom = Settings.ReadList(configuration, "Scopes").Select((json, index) => Parse<ScopeSetting>(json, $"Scopes:{index}")).ToList();
        if (development && custom.Count == 0 && resources.Count == 0)
        {
            custom.Add(new() { Name = DemoClients.Scope, Description = "read your notes in the sample API" });
            resources.Add(new() { Name = DemoClients.Resource, Scopes = [DemoClients.Scope] });
        }

        foreach (var (index, setting) in custom.Index())
        {
            if (!ScopeSet.Parse(setting.Name).Succeeded(out var name, out _) || name.Count != 1)
            {
                throw new SettingsException($"Scopes:{index}:name must be one scope token.");
            }

            if (StandardScopes.All.Contains(setting.Name, StringComparer.Ordinal) || custom.Count(other => string.Equals(other.Name, setting.Name, StringComparison.Ordinal)) > 1)
            {
                throw new SettingsException($"Scopes:{index}:name is taken already.");
            }

            if (setting.Claims.FirstOrDefault(claim => !ScopeClaims.All.Contains(claim, StringComparer.Ordinal)) is not null)
            {
                throw new SettingsException($"Scopes:{index}:claims must be standard claims of OpenID Connect.");
            }
        }

        foreach (var (index, resource) in resources.Index())
        {
            if (!Uri.TryCreate(resource.Name, UriKind.Absolute, out _))
            {
                throw new SettingsException($"Resources:{index}:name must be an absolute URI (RFC 8707).");
            }

            if (resource.Scopes.FirstOrDefault(scope => !custom.Exists(setting => string.Equals(setting.Name, scope, StringComparison.Ordinal))) is not null)
            {
                throw new SettingsException($"Resources:{index}:scopes names a scope that is not in Scopes.");
            }
        }

        return new ScopeDirectory(
        [
            .. StandardScopes.All.Select(name => new Scope(name, Public: false, [], ScopeClaims.Of(name))),
            .. legacyApis.Select(api => new Scope(api, Public: false, [LegacyAudience.Of(api)], [])),
            .. custom.Select(setting => new Scope(
                setting.Name,
                Public: true,
                [.. resources.Where(resource => resource.Scopes.Contains(setting.Name, StringComparer.Ordinal)).Select(resource => resource.Name)],
                setting.Claims,
                setting.Description)),
        ]);
    }

    private static T Parse<T>(JsonObject json, string path)
    {
        try
        {
            return json.Deserialize<T>(SettingJson)!;
        }
        catch (JsonException mistake)
        {
            throw new SettingsException($"{path} has a setting that is unknown, missing or of the wrong type ({mistake.Path}).", mistake);
        }
    }

    private static readonly JsonSerializerOptions SettingJson = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private sealed record Scope(string Name, bool Public, IReadOnlyList<string> Resources, IReadOnlyList<string> Claims, string? Description = null);
}

/// <summary>One entry of <c>Scopes:</c>.</summary>
internal sealed record ScopeSetting
{
    /// <summary>The scope token.</summary>
    public required string Name { get; init; }

    /// <summary>Shown to people when they are asked for consent.</summary>
    public string? Description { get; init; }

    /// <summary>Standard claims that userinfo releases with it.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];
}

/// <summary>One entry of <c>Resources:</c>: an API that accepts our tokens.</summary>
internal sealed record ResourceSetting
{
    /// <summary>The audience, an absolute URI.</summary>
    public required string Name { get; init; }

    /// <summary>Scopes that belong to it.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
}
