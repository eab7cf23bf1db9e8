using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>Access tokens for clients that registered for handles: nothing to read outside, and void at once when they are revoked.</summary>
internal sealed class ReferenceTokens(IdentityStore store)
{
    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<string?>> find = EF.CompileAsyncQuery(
        (IdentityDb db, string hash) => db.ReferenceTokens.Where(row => row.HandleHash == hash).Select(row => row.Claims).SingleOrDefault());

    public async Task<string> IssueAsync(AccessTokenClaims claims, CancellationToken cancellationToken)
    {
        var handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var row = new ReferenceTokenRow { HandleHash = Handle.Hash(handle), Claims = claims.ToJson(), ExpiresAt = claims.ExpiresAt };
        await store.WriteAsync(
            db =>
            {
                db.Add(row);
                return db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);
        return handle;
    }

    public Task<string?> FindAsync(string handle, CancellationToken cancellationToken) => store.ReadAsync(db => find(db, Handle.Hash(handle)), cancellationToken);
}
