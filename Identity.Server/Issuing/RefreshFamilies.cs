using System.Data.Common;
using System.Security.Cryptography;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Scopes;
using Identity.OpenId.Token;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>
/// Refresh families: one row each, one conditional UPDATE for a rotation, no row for a token. Judged by
/// <see cref="RefreshRotation"/>; here are only its effects.
/// </summary>
internal sealed class RefreshFamilies(IdentityStore store, RootKeys roots, Telemetry telemetry, TimeProvider clock, ILogger<RefreshFamilies> logger)
{
    private const int SaltLength = 16;

    // A racer who loses the UPDATE reads again and finds a newer row; a row changes once in a rotation, so this ends quickly.
    private const int MaxRaces = 16;

    // ISO 9075, as PostgreSQL reports it.
    private const string UniqueViolation = "23505";

    // The one UPDATE. Rows affected is the verdict: 0 means that somebody else moved or revoked the row, or disabled the account, first.
    internal static readonly Statement Rotate = new("""
        UPDATE refresh_families SET generation = @p1, rotated_at = @p2, expires_at = @p3
        WHERE id = @p0 AND revoked_at IS NULL AND generation = @p4
            AND EXISTS (SELECT 1 FROM accounts WHERE accounts.id = refresh_families.account_id AND accounts.disabled_at IS NULL)
        """);

    // The same for a row that is behind what was presented.
    internal static readonly Statement FastForward = new("""
        UPDATE refresh_families SET generation = @p1, rotated_at = @p2, expires_at = @p3
        WHERE id = @p0 AND revoked_at IS NULL AND generation < @p4
            AND EXISTS (SELECT 1 FROM accounts WHERE accounts.id = refresh_families.account_id AND accounts.disabled_at IS NULL)
        """);

    private readonly Lazy<(Statement Statement, Func<DbDataReader, RefreshFamilyRow> Read)> find = new(() => Finding(store));

    /// <summary>
    /// Begins a family; null when the code that it stands on was used already. The code is used up and a family with the same
    /// session key is ended in the same commit.
    /// </summary>
    public async Task<ContinuedFamily?> BeginAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        var (client, account, now) = (authorization.Client, authorization.Account!, clock.GetUtcNow());
        // Back-Channel Logout §2.7: with offline_access it outlives the session.
        var sid = authorization.Scopes.Contains(StandardScopes.OfflineAccess) ? null : authorization.SessionId;
        var end = now + client.RefreshTokenAbsoluteLifetime;
        if (sid is not null)
        {
            end = Earlier(end, await store.ReadAsync(db => db.Sessions.Where(session => session.Sid == sid).Select(session => session.ExpiresAt).SingleAsync(cancellationToken), cancellationToken));
        }

        var row = new RefreshFamilyRow
        {
            Id = new Guid(RandomNumberGenerator.GetBytes(16)),
            ClientId = client.ClientId,
            AccountId = account.Id,
            MacKeyId = roots.Newest,
            Salt = RandomNumberGenerator.GetBytes(SaltLength),
            Generation = 1,
            RotatedAt = now,
            CreatedAt = now,
            ExpiresAt = Earlier(now + client.RefreshTokenLifetime, end),
            AbsoluteExpiresAt = end,
            Scope = authorization.Scopes.ToString(),
            AuthTime = authorization.AuthTime,
            Amr = string.Join(' ', authorization.AuthenticationMethods),
            SessionKey = authorization.SessionKey,
            Sid = sid,
            Claims = authorization.Claims?.ToJson(),
            Resources = authorization.GrantedResources is { } resources ? string.Join(' ', resources) : null,
            // RFC 9449 §5: a confidential client proves itself at every refresh, a public one only its key.
            KeyThumbprint = client.IsPublic ? authorization.KeyThumbprint : null,
        };

        if (authorization.CodeHash is { } code)
        {
            if (!await store.TransactAsync(async db => await AuthorizationCodes.UseAsync(db, code, row.Id, now, cancellationToken) && await InsertAsync(db, row, cancellationToken) ? (true, true) : (false, false), cancellationToken, Begun(row)))
            {
                // Whoever lost the race holds a code that was used: what the winner got is ended (RFC 6749 §4.1.2).
                if (await store.ReadAsync(db => db.AuthorizationCodes.Where(one => one.CodeHash == code).Select(one => one.FamilyId).SingleOrDefaultAsync(CancellationToken.None), CancellationToken.None) is { } winner
                    && await RevokeAsync(winner, CancellationToken.None))
                {
                    AuditLog.CodeReused(logger, winner, row.ClientId);
                }

                return null;
            }
        }
        else if (authorization.DeviceHash is { } device)
        {
            if (!await store.TransactAsync(async db => await DeviceCodes.UseAsync(db, device, row.Id, now, cancellationToken) && await InsertAsync(db, row, cancellationToken) ? (true, true) : (false, false), cancellationToken, Begun(row)))
            {
                return null;
            }
        }
        else if (row.SessionKey is null)
        {
            await store.WriteOnceAsync(db => InsertAsync(db, row, cancellationToken), Begun(row), cancellationToken);
        }
        else
        {
            if (await ReplaceAsync(row, now, cancellationToken))
            {
                AuditLog.FamilyReplaced(logger, account.Subject, row.ClientId, row.SessionKey);
            }
        }

        return new(row.Id, Token(row, 1));
    }

    /// <summary>
    /// Answers a presented token with its successor. The order is part of the contract: MAC, client and session, key,
    /// then expiry and generation; so a stranger with an old token can end nobody's family.
    /// </summary>
    public async Task<Result<(RefreshFamilyRow Family, ContinuedFamily Continued)>> ContinueAsync(string? presented, ClientMetadata client, string? sessionKey, string? keyThumbprint, CancellationToken cancellationToken)
    {
        if (!RefreshToken.TryRead(presented, out var token, out var mac))
        {
            return Refuse(RefusalReason.UnknownToken);
        }

        for (var race = 0; race < MaxRaces; race++)
        {
            var family = await FindAsync(token.Family, cancellationToken);
            if (family is null || family.MacKeyId != token.KeyId || roots.FamilyKey(family.MacKeyId, family.Salt) is not { } key || !token.Proves(key, mac))
            {
                return Refuse(RefusalReason.UnknownToken);
            }

            if (!string.Equals(family.ClientId, client.ClientId, StringComparison.Ordinal) || !string.Equals(family.SessionKey, sessionKey, StringComparison.Ordinal))
            {
                return Refuse(RefusalReason.ForeignToken);
            }

            if (family.KeyThumbprint is { } bound && !string.Equals(bound, keyThumbprint, StringComparison.Ordinal))
            {
                return Refuse(RefusalReason.WrongKey);
            }

            if (family.Account is not { DisabledAt: null } account || account.Outlived(family.CreatedAt))
            {
                return Refuse(RefusalReason.Revoked);
            }

            var now = clock.GetUtcNow();
            var verdict = RefreshRotation.Decide(State(family), token.Generation, Policy(family, client), now);
            switch (verdict.Act)
            {
                case RefreshAct.Refuse:
                    return Refuse(verdict.Reason);
                case RefreshAct.Repeat:
                    telemetry.Refreshes.Add(1, new KeyValuePair<string, object?>("kind", "replay"));
                    return (family, new(family.Id, Token(family, verdict.Successor)));
                case RefreshAct.Revoke:
                    await RevokeAsync(family.Id, CancellationToken.None);
                    AuditLog.RefreshReused(logger, family.Id, family.ClientId);
                    telemetry.Refreshes.Add(1, new KeyValuePair<string, object?>("kind", "reuse"));
                    return Refuse(verdict.Reason);
                default:
                    if (await MoveAsync(family, token.Generation, verdict, client, now, cancellationToken))
                    {
                        return (family, new(family.Id, Token(family, verdict.Successor)));
                    }

                    break;
            }
        }

        throw new InvalidOperationException("A refresh family changed more often than tokens can be presented.");
    }

    /// <summary>Finds the family of a presented token without using it: for introspection and revocation.</summary>
    public async Task<RefreshFamilyRow?> PeekAsync(string presented, CancellationToken cancellationToken)
    {
        if (!RefreshToken.TryRead(presented, out var token, out var mac))
        {
            return null;
        }

        var family = await FindAsync(token.Family, cancellationToken);
        return family is not null && family.MacKeyId == token.KeyId && roots.FamilyKey(family.MacKeyId, family.Salt) is { } key && token.Proves(key, mac) ? family : null;
    }

    /// <summary>Whether a presented token would be answered with another; changes nothing.</summary>
    public bool IsActive(RefreshFamilyRow family, string presented, ClientMetadata client) =>
        RefreshToken.TryRead(presented, out var token, out _)
        && family.Account is { DisabledAt: null } account && !account.Outlived(family.CreatedAt)
        && RefreshRotation.Decide(State(family), token.Generation, Policy(family, client), clock.GetUtcNow()).Act is not (RefreshAct.Refuse or RefreshAct.Revoke);

    public Task<bool> RevokeAsync(Guid family, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.WriteOnceAsync(
            async db => await db.RefreshFamilies.Where(row => row.Id == family && row.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken) == 1,
            LostAnswer.Ask(db => db.RefreshFamilies.AnyAsync(row => row.Id == family && row.RevokedAt == now, cancellationToken)),
            cancellationToken);
    }

    // Its identifier was drawn for it: where it is, our own commit stands.
    private static LostAnswer Begun(RefreshFamilyRow row) => LostAnswer.Ask(db => db.RefreshFamilies.AnyAsync(one => one.Id == row.Id));

    // Who needs a key to use it gains nothing by having it replaced.
    private static RefreshPolicy Policy(RefreshFamilyRow row, ClientMetadata client) => client.RefreshPolicy with { Rotates = client.RefreshPolicy.Rotates && row.KeyThumbprint is null };

    private static RefreshFamily State(RefreshFamilyRow row) => new((uint)row.Generation, row.RotatedAt, row.ExpiresAt, row.RevokedAt is not null);

    private static async Task<bool> InsertAsync(IdentityDb db, RefreshFamilyRow row, CancellationToken cancellationToken)
    {
        db.Add(row);
        return await db.SaveChangesAsync(cancellationToken) == 1;
    }

    /// <returns>Whether there was an earlier one.</returns>
    // One living family for each session is the unique index's word. Where there are many writers, two sign-ins may both
    // have ended the earlier one; the index stops the second, which comes again and ends the first.
    private async Task<bool> ReplaceAsync(RefreshFamilyRow row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var race = 1; ; race++)
        {
            try
            {
                return await store.TransactAsync(
                    async db =>
                    {
                        var ended = await db.RefreshFamilies
                            .Where(other => other.AccountId == row.AccountId && other.ClientId == row.ClientId && other.SessionKey == row.SessionKey && other.RevokedAt == null)
                            .ExecuteUpdateAsync(set => set.SetProperty(other => other.RevokedAt, now), cancellationToken);
                        return (await InsertAsync(db, row, cancellationToken), ended > 0);
                    },
                    cancellationToken,
                    Begun(row));
            }
            catch (DbUpdateException conflict) when (race < MaxRaces && conflict.InnerException is DbException { SqlState: UniqueViolation })
            {
                // Once more.
            }
        }
    }

    private static OAuthError Refuse(RefusalReason reason) => OAuthError.InvalidGrant("The refresh token is not valid.", reason);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private string Token(RefreshFamilyRow row, uint generation) =>
        new RefreshToken((ushort)row.MacKeyId, row.Id, generation).Write(roots.FamilyKey(row.MacKeyId, row.Salt)!);

    internal static (Statement Statement, Func<DbDataReader, RefreshFamilyRow> Read) Finding(IdentityStore store)
    {
        var (families, accounts) = (store.Shape<RefreshFamilyRow>(), store.Shape<Account>());
        return (
            new($"SELECT {families.Columns("f")}, {accounts.Columns("a")} FROM refresh_families f JOIN accounts a ON a.id = f.account_id WHERE f.id = @p0"),
            reader =>
            {
                var family = families.Read(reader, 0);
                family.Account = accounts.Read(reader, families.Count);
                return family;
            }
        );
    }

    private Task<RefreshFamilyRow?> FindAsync(Guid id, CancellationToken cancellationToken) => store.QueryAsync(find.Value.Statement, find.Value.Read, cancellationToken, id);

    private async Task<bool> MoveAsync(RefreshFamilyRow family, uint presented, RefreshVerdict verdict, ClientMetadata client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (id, from, to) = (family.Id, family.Generation, (long)verdict.Successor);
        var expiresAt = Earlier(now + client.RefreshTokenLifetime, family.AbsoluteExpiresAt);
        var behind = verdict.Act == RefreshAct.FastForward;
        var ahead = behind ? (long)presented : from;
        // Two who move it in the same millisecond get the same successor, so either may take the row for its own.
        var moved = await store.WriteOnceAsync(
            behind ? FastForward : Rotate,
            LostAnswer.Ask(db => db.RefreshFamilies.AnyAsync(row => row.Id == id && row.Generation == to && row.RotatedAt == now && row.RevokedAt == null, cancellationToken)),
            cancellationToken,
            id,
            to,
            now.ToUnixTimeMilliseconds(),
            expiresAt.ToUnixTimeMilliseconds(),
            ahead);
        if (moved && behind)
        {
            AuditLog.RefreshFastForwarded(logger, id, family.ClientId, from, to);
            telemetry.Refreshes.Add(1, new KeyValuePair<string, object?>("kind", "fast_forward"));
        }

        return moved;
    }
}
