using System.Text.Json.Nodes;
using Identity.OpenId.Clients;
using Identity.OpenId.Token;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Clients;

/// <summary>The clients of configuration and of the server itself, validated and brought into the database at start.</summary>
internal sealed partial class ConfiguredClients(IConfiguration configuration, ScopeDirectory scopes, GrantTypeList offered, LegacyApiList legacyApis, ExternalAppList externalApps, IHostEnvironment environment, IdentityStore store, TimeProvider clock, ILogger<ConfiguredClients> logger)
{
    /// <summary>One sentence for the first mistake in any registration.</summary>
    public IReadOnlyList<ClientMetadata> Read()
    {
        var configured = Settings.ReadList(configuration, "Clients").Select(Parse).ToList();
        foreach (var (index, client) in configured.Index())
        {
            if (configured.FindIndex(other => string.Equals(other.ClientId, client.ClientId, StringComparison.Ordinal)) != index)
            {
                throw new SettingsException($"Clients:{index}:client_id is used twice.");
            }

            if (client.IsInternal != legacyApis.Names.Contains(client.ClientId, StringComparer.Ordinal))
            {
                throw new SettingsException($"Clients:{index}:token_endpoint_auth_method: {ClientAuthenticationMethods.Internal} belongs to the clients of the legacy APIs ({string.Join(", ", legacyApis.Names)}), and to them alone.");
            }
        }

        var built = BuiltIn().Where(own => !configured.Exists(client => string.Equals(client.ClientId, own.ClientId, StringComparison.Ordinal)));
        return [.. configured.Concat(built).Select(HashSecret)];
    }

    /// <summary>Upserts what configuration describes and disables what has left it.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var clients = Read();
        var now = clock.GetUtcNow();
        var gone = await store.TransactAsync(
            async db =>
            {
                // Nodes that start together bring the same clients; the second must see those of the first.
                await db.LockAsync(ChangeRow.Clients, cancellationToken);
                var rows = await db.Clients.Where(row => row.Origin == ClientRow.FromConfiguration).ToDictionaryAsync(row => row.ClientId, StringComparer.Ordinal, cancellationToken);
                var left = rows.Values.Where(row => row.DisabledAt is null && !clients.Any(client => string.Equals(client.ClientId, row.ClientId, StringComparison.Ordinal))).ToList();
                left.ForEach(row => row.DisabledAt = now);
                foreach (var client in clients)
                {
                    var metadata = client.Write();
                    if (!rows.TryGetValue(client.ClientId, out var row))
                    {
                        row = await db.Clients.FindAsync([client.ClientId], cancellationToken);
                    }

                    if (row is null)
                    {
                        db.Add(new ClientRow { ClientId = client.ClientId, Origin = ClientRow.FromConfiguration, Metadata = metadata, UpdatedAt = now });
                    }
                    else if (row.DisabledAt is not null || !string.Equals(row.Metadata, metadata, StringComparison.Ordinal) || !string.Equals(row.Origin, ClientRow.FromConfiguration, StringComparison.Ordinal))
                    {
                        (row.Metadata, row.Origin, row.UpdatedAt, row.DisabledAt) = (metadata, ClientRow.FromConfiguration, now, null);
                    }
                }

                if (await db.SaveChangesAsync(cancellationToken) > 0)
                {
                    await db.BumpAsync(ChangeRow.Clients, cancellationToken);
                }

                return (true, left);
            },
            cancellationToken);
        foreach (var row in gone)
        {
            Disabled(row.ClientId);
        }
    }

    private ClientMetadata Parse(JsonObject json, int index)
    {
        var (client, mistake) = ClientMetadata.Read(json.ToJsonString());
        mistake ??= ClientRules.Mistakes(client!, offered.Names, scopes.Names, environment.IsProduction()).FirstOrDefault();
        mistake ??= client!.ExternalApps.FirstOrDefault(app => !externalApps.Names.Contains(app, StringComparer.Ordinal)) is { } unknown
            ? $"external_apps has {unknown}, which is not the Name of an app of External."
            : null;
        return mistake is null ? client! : throw new SettingsException($"Clients:{index}:{mistake}");
    }

    /// <summary>The registration as it may be stored.</summary>
    internal static ClientMetadata HashSecret(ClientMetadata client) => client with
    {
        ClientSecret = null,
        ClientSecretHash = null,
        ClientSecretHashes =
        [
            .. client.ClientSecretHashes,
            .. client.ClientSecretHash is { Length: > 0 } hash ? [new ClientSecretHash(hash)] : Array.Empty<ClientSecretHash>(),
            .. client.ClientSecret is { Length: > 0 } secret ? [new ClientSecretHash(SecretHasher.Hash(secret))] : Array.Empty<ClientSecretHash>(),
        ],
    };

    private IEnumerable<ClientMetadata> BuiltIn() => environment.IsDevelopment() ? legacyApis.Serving.Concat(DemoClients.Of(scopes.Names)) : legacyApis.Serving;

    [LoggerMessage(1301, LogLevel.Warning, "Client {ClientId} has left the configuration and is disabled")]
    private partial void Disabled(string clientId);
}

/// <summary>The grant types that have a grant behind them.</summary>
internal sealed record GrantTypeList(IReadOnlyList<string> Names);

/// <param name="Names">Of our apps at QQ and WeChat.</param>
internal sealed record ExternalAppList(IReadOnlyList<string> Names);

/// <param name="Names">Every legacy API there is: these identifiers are theirs alone.</param>
/// <param name="Serving">The clients of those that serve now.</param>
internal sealed record LegacyApiList(IReadOnlyList<string> Names, IReadOnlyList<ClientMetadata> Serving);
