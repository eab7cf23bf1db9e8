using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Sessions;

/// <summary>The one session that stays when all else that an account has open ends. It gets a new handle, so that a copy of its cookie is worth nothing either.</summary>
internal sealed class KeptSession(SessionRow session)
{
    private readonly string handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));

    public string Sid => session.Sid;

    /// <summary>Belongs into the transaction that ends the rest.</summary>
    public Task<int> ContinueAsync(IdentityDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = Handle.Hash(handle);
        return db.Sessions.Where(row => row.Sid == session.Sid && row.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ContinuedAt, now).SetProperty(row => row.HandleHash, hash), cancellationToken);
    }

    /// <summary>Once it is committed: the browser's new cookie.</summary>
    public void GiveTo(HttpContext http) => SessionCookies.SetSession(http, handle, session.Remembered ? session.ExpiresAt : null);
}
