using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Pictures;

/// <summary>The pictures that people gave themselves, in the database, each under an address that nobody can guess and that no other picture gets.</summary>
internal sealed class AccountPictures(IdentityStore store, TimeProvider clock)
{
    public const string Path = "/pictures";

    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<PictureRow?>> find = EF.CompileAsyncQuery(
        (IdentityDb db, string name) => db.Pictures.AsNoTracking().SingleOrDefault(row => row.Name == name));

    public async Task<PictureRow?> FindAsync(string name, CancellationToken cancellationToken) =>
        Handle.IsWellFormed(name) ? await store.ReadAsync(db => find(db, name), cancellationToken) : null;

    /// <summary>The name of the account's own picture; null when it has none here.</summary>
    public Task<string?> NameOfAsync(int accountId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Pictures.Where(row => row.AccountId == accountId).Select(row => row.Name).SingleOrDefaultAsync(cancellationToken), cancellationToken);

    /// <summary>Takes the place of the account's earlier picture, whose address is no more, and becomes the <c>picture</c> claim.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="picture">As it was recognised.</param>
    /// <param name="issuer">Before its path; clients get the whole address.</param>
    /// <param name="cancellationToken">The request's.</param>
    public Task SetAsync(Account account, PictureFile picture, string issuer, CancellationToken cancellationToken)
    {
        var (id, name, now) = (account.Id, Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)), clock.GetUtcNow());
        var (instant, address) = (now.ToUnixTimeMilliseconds(), $"{issuer.TrimEnd('/')}{Path}/{name}");
        return store.TransactAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO pictures (account_id, name, media_type, content, set_at) VALUES ({id}, {name}, {picture.MediaType}, {picture.Content}, {instant})
                    ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, media_type = excluded.media_type, content = excluded.content, set_at = excluded.set_at
                    """,
                    cancellationToken);
                await db.Accounts.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Picture, address).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                return (true, true);
            },
            cancellationToken);
    }

    /// <summary>Takes the picture away, also one that lies elsewhere.</summary>
    public Task RemoveAsync(Account account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.TransactAsync(
            async db =>
            {
                await db.Pictures.Where(row => row.AccountId == account.Id).ExecuteDeleteAsync(cancellationToken);
                await db.Accounts.Where(row => row.Id == account.Id && row.Picture != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.Picture, (string?)null).SetProperty(row => row.UpdatedAt, now), cancellationToken);
                return (true, true);
            },
            cancellationToken);
    }
}
