using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Clients;
using Identity.OpenId.Tokens;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.ClientRegistration;

/// <summary>Clients that registered themselves, in the database: added, changed and removed by who holds the right token.</summary>
internal sealed class RegisteredClients(IdentityStore store, ClientDirectory directory, RegistrationOptions options, TimeProvider clock, ILogger<RegisteredClients> logger)
{
    /// <summary>RFC 7591 §3: whether a token lets its holder register clients.</summary>
    public bool MayRegister(string token)
    {
        var hash = Encoding.ASCII.GetBytes(Handle.Hash(token));
        return options.InitialAccessTokenHashes.Aggregate(false, (known, one) => known | CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), hash));
    }

    /// <summary>The registration that a token is for, RFC 7592 §2; null for every other token.</summary>
    public async Task<ClientMetadata?> FindAsync(string clientId, string token, CancellationToken cancellationToken)
    {
        var hash = Handle.Hash(token);
        var metadata = await store.ReadAsync(
            db => db.Clients.Where(row => row.ClientId == clientId && row.RegistrationHash == hash && row.Origin == ClientRow.FromRegistration && row.DisabledAt == null).Select(row => row.Metadata).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        return metadata is null ? null : ClientMetadata.Read(metadata).Client;
    }

    /// <returns>Null when another client has one of the addresses.</returns>
    public async Task<string?> AddAsync(ClientMetadata client, CancellationToken cancellationToken)
    {
        var token = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var row = new ClientRow { ClientId = client.ClientId, Origin = ClientRow.FromRegistration, Metadata = client.Write(), UpdatedAt = clock.GetUtcNow(), RegistrationHash = Handle.Hash(token) };
        var added = await ChangeAsync(
            client,
            async db =>
            {
                db.Add(row);
                return await db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);
        if (added)
        {
            AuditLog.ClientRegistered(logger, client.ClientId);
        }

        return added ? token : null;
    }

    /// <returns>False when another client has one of the addresses, or this one is gone.</returns>
    public async Task<bool> ReplaceAsync(ClientMetadata client, string token, CancellationToken cancellationToken)
    {
        var (hash, metadata, now) = (Handle.Hash(token), client.Write(), clock.GetUtcNow());
        var replaced = await ChangeAsync(
            client,
            db => db.Clients.Where(row => row.ClientId == client.ClientId && row.RegistrationHash == hash && row.Origin == ClientRow.FromRegistration && row.DisabledAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Metadata, metadata).SetProperty(row => row.UpdatedAt, now), cancellationToken),
            cancellationToken);
        if (replaced)
        {
            AuditLog.ClientChanged(logger, client.ClientId);
        }

        return replaced;
    }

    /// <summary>The client, what people allowed it, and what it holds (RFC 7592 §2.3).</summary>
    public async Task<bool> RemoveAsync(string clientId, string token, CancellationToken cancellationToken)
    {
        var (hash, now) = (Handle.Hash(token), clock.GetUtcNow());
        var removed = await store.TransactAsync(
            async db =>
            {
                if (await db.Clients.Where(row => row.ClientId == clientId && row.RegistrationHash == hash && row.Origin == ClientRow.FromRegistration).ExecuteDeleteAsync(cancellationToken) == 0)
                {
                    return (false, false);
                }

                await db.Consents.Where(row => row.ClientId == clientId).ExecuteDeleteAsync(cancellationToken);
                await db.RefreshFamilies.Where(row => row.ClientId == clientId && row.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
                await db.BumpAsync(ChangeRow.Clients, cancellationToken);
                return (true, true);
            },
            cancellationToken);
        if (removed)
        {
            AuditLog.RegistrationRemoved(logger, clientId);
            await directory.LoadAsync(cancellationToken);
        }

        return removed;
    }

    // An address that is another client's would let this one speak in its name. Looked at behind the lock, so that two cannot both be first.
    private async Task<bool> ChangeAsync(ClientMetadata client, Func<IdentityDb, Task<int>> change, CancellationToken cancellationToken)
    {
        var changed = await store.TransactAsync(
            async db =>
            {
                await db.LockAsync(ChangeRow.Clients, cancellationToken);
                var others = await db.Clients.AsNoTracking().Where(row => row.ClientId != client.ClientId).Select(row => row.Metadata).ToListAsync(cancellationToken);
                var taken = others.SelectMany(metadata => ClientMetadata.Read(metadata).Client!.RedirectUris).Where(RegistrationRequest.IsOwned).Select(RegistrationRequest.Canonical);
                if (client.RedirectUris.Select(RegistrationRequest.Canonical).Intersect(taken, StringComparer.Ordinal).Any() || await change(db) != 1)
                {
                    return (false, false);
                }

                await db.BumpAsync(ChangeRow.Clients, cancellationToken);
                return (true, true);
            },
            cancellationToken);
        if (changed)
        {
            await directory.LoadAsync(cancellationToken);
        }

        return changed;
    }
}
