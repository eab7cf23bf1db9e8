using System.Security.Cryptography;
using Identity.OpenId.Authorize;
using Identity.OpenId.Clients;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>Authorization codes, RFC 6749 §4.1.2: a handle outside, a row inside, used once by one statement.</summary>
internal sealed class AuthorizationCodes(IdentityStore store, RefreshFamilies families, TimeProvider clock, ILogger<AuthorizationCodes> logger)
{
    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<AuthorizationCodeRow?>> find = EF.CompileAsyncQuery(
        (IdentityDb db, string hash) => db.AuthorizationCodes.AsNoTracking().Include(row => row.Account).SingleOrDefault(row => row.CodeHash == hash));

    /// <summary>The one answer for every code that is not good.</summary>
    public static OAuthError Spent { get; } = OAuthError.InvalidGrant("The authorization code is not valid.", RefusalReason.UnknownToken);

    /// <summary>Makes a code and writes down that the client took part in the session, in one commit.</summary>
    public async Task<string> IssueAsync(AuthorizeRequest request, ClientMetadata client, SessionRow session, CancellationToken cancellationToken)
    {
        var code = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var row = new AuthorizationCodeRow
        {
            CodeHash = Handle.Hash(code),
            ClientId = client.ClientId,
            AccountId = session.AccountId,
            Sid = session.Sid,
            RedirectUri = request.RedirectUri,
            Scope = request.Scope.ToString(),
            Resources = string.Join(' ', request.Resources),
            Nonce = request.Nonce,
            Challenge = request.CodeChallenge,
            KeyThumbprint = request.DpopJkt,
            AuthTime = session.AuthTime,
            Amr = session.Amr,
            Claims = request.Claims.IsEmpty ? null : request.Claims.ToJson(),
            ExpiresAt = clock.GetUtcNow() + client.AuthorizationCodeLifetime,
        };
        return await store.TransactAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO session_clients (sid, client_id) VALUES ({session.Sid}, {client.ClientId}) ON CONFLICT DO NOTHING", cancellationToken);
                db.Add(row);
                await db.SaveChangesAsync(cancellationToken);
                return (true, code);
            },
            cancellationToken,
            LostAnswer.Ask(db => db.AuthorizationCodes.AnyAsync(one => one.CodeHash == row.CodeHash, cancellationToken)));
    }

    /// <summary>A code that this client may redeem now, not used up yet. One that was used already ends what it gave (RFC 6749 §4.1.2).</summary>
    public async Task<AuthorizationCodeRow?> FindAsync(string code, ClientMetadata client, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(code) || await store.ReadAsync(db => find(db, Handle.Hash(code)), cancellationToken) is not { } row
            || !string.Equals(row.ClientId, client.ClientId, StringComparison.Ordinal))
        {
            return null;
        }

        if (row.RedeemedAt is not null)
        {
            if (row.FamilyId is { } family && await families.RevokeAsync(family, CancellationToken.None))
            {
                AuditLog.CodeReused(logger, family, row.ClientId);
            }

            return null;
        }

        // Whether its session is still open is asked where it is used: one that was kept when all others ended is older than their end.
        return clock.GetUtcNow() < row.ExpiresAt && row.Account is { DisabledAt: null } ? row : null;
    }

    /// <summary>The one statement. It belongs into the commit of what the code gives.</summary>
    internal static async Task<bool> UseAsync(IdentityDb db, string codeHash, Guid family, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.AuthorizationCodes
            .Where(row => row.CodeHash == codeHash && row.RedeemedAt == null && row.ExpiresAt > now && db.Sessions.Any(session => session.Sid == row.Sid && session.EndedAt == null))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.RedeemedAt, now).SetProperty(row => row.FamilyId, family), cancellationToken) == 1;
}
