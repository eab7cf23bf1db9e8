using System.Buffers.Text;
using System.Security.Cryptography;
using Identity.OpenId.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Clients;

/// <summary>Registrations that live in the database. Those of the configuration are changed there, or the next start would undo it.</summary>
internal sealed class ClientRegistry(IdentityStore store, ScopeDirectory scopes, GrantTypeList offered, IHostEnvironment environment, TimeProvider clock, ILogger<ClientRegistry> logger)
{
    private const string NotOurs = "The client is described in the configuration: change it there.";

    public Task<List<ClientRow>> ListAsync(CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Clients.AsNoTracking().OrderBy(row => row.ClientId).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>A secret with 256 bits of its own.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <returns>What is wrong with the registration; null when it was added.</returns>
    public async Task<string?> AddAsync(ClientMetadata client, CancellationToken cancellationToken)
    {
        if (client.IsInternal)
        {
            return "token_endpoint_auth_method: internal belongs to the clients of the legacy APIs.";
        }

        if (ClientRules.Mistakes(client, offered.Names, scopes.Names, environment.IsProduction()).FirstOrDefault() is { } mistake)
        {
            return mistake;
        }

        var (id, metadata, now) = (client.ClientId, ConfiguredClients.HashSecret(client).Write(), clock.GetUtcNow().ToUnixTimeMilliseconds());
        var added = await store.TransactAsync(
            async db =>
            {
                // The primary key decides who was first.
                var rows = await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO clients (client_id, origin, metadata, updated_at) VALUES ({id}, {ClientRow.FromCommandLine}, {metadata}, {now}) ON CONFLICT DO NOTHING", cancellationToken);
                await db.BumpAsync(ChangeRow.Clients, cancellationToken);
                return (rows == 1, rows == 1);
            },
            cancellationToken);
        if (!added)
        {
            return "client_id is taken.";
        }

        AuditLog.ClientAdded(logger, id);
        return null;
    }

    /// <summary>Gives a client a new secret. The old ones stay good for a while, so that it can change without a pause.</summary>
    public async Task<(string? Secret, string? Mistake)> RotateSecretAsync(string clientId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        var (secret, now) = (NewSecret(), clock.GetUtcNow());
        var mistake = await ChangeAsync(
            clientId,
            client => client.IsPublic || client.SignsAssertions || client.IsInternal ? null : client with { ClientSecretHashes = [.. Old(client, now, overlap), new ClientSecretHash(SecretHasher.Hash(secret))] },
            "The client has no secret.",
            cancellationToken);
        if (mistake is not null)
        {
            return (null, mistake);
        }

        AuditLog.ClientSecretRotated(logger, clientId);
        return (secret, null);
    }

    /// <summary>Removes a client and ends what it holds.</summary>
    public async Task<string?> RemoveAsync(string clientId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var mistake = await store.TransactAsync(
            async db =>
            {
                if (await db.Clients.Where(row => row.ClientId == clientId && row.Origin != ClientRow.FromConfiguration).ExecuteDeleteAsync(cancellationToken) == 0)
                {
                    return (false, await db.Clients.AnyAsync(row => row.ClientId == clientId, cancellationToken) ? NotOurs : "There is no such client.");
                }

                await db.RefreshFamilies.Where(row => row.ClientId == clientId && row.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
                await db.Consents.Where(row => row.ClientId == clientId).ExecuteDeleteAsync(cancellationToken);
                await db.BumpAsync(ChangeRow.Clients, cancellationToken);
                return (true, (string?)null);
            },
            cancellationToken);
        if (mistake is null)
        {
            AuditLog.ClientRemoved(logger, clientId);
        }

        return mistake;
    }

    private Task<string?> ChangeAsync(string clientId, Func<ClientMetadata, ClientMetadata?> change, string otherwise, CancellationToken cancellationToken) => store.TransactAsync(
        async db =>
        {
            // Two operators at once: the second must see what the first wrote.
            await db.LockAsync(ChangeRow.Clients, cancellationToken);
            if (await db.Clients.SingleOrDefaultAsync(row => row.ClientId == clientId, cancellationToken) is not { } row)
            {
                return (false, "There is no such client.");
            }

            if (row.Origin is ClientRow.FromConfiguration)
            {
                return (false, NotOurs);
            }

            if (change(ClientMetadata.Read(row.Metadata).Client!) is not { } changed)
            {
                return (false, otherwise);
            }

            (row.Metadata, row.UpdatedAt) = (changed.Write(), clock.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            await db.BumpAsync(ChangeRow.Clients, cancellationToken);
            return (true, (string?)null);
        },
        cancellationToken);

    private static IEnumerable<ClientSecretHash> Old(ClientMetadata client, DateTimeOffset now, TimeSpan overlap)
    {
        var (seconds, end) = (now.ToUnixTimeSeconds(), (now + overlap).ToUnixTimeSeconds());
        return client.ClientSecretHashes.Where(secret => overlap > TimeSpan.Zero && (secret.ExpiresAt ?? long.MaxValue) > seconds)
            .Select(secret => secret with { ExpiresAt = Math.Min(secret.ExpiresAt ?? long.MaxValue, end) });
    }
}
