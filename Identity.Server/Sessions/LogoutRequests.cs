using System.Security.Cryptography;
using Identity.OpenId.Parameters;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Sessions;

/// <summary>Logouts that wait for their person's word.</summary>
internal sealed class LogoutRequests(IdentityStore store, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(60);

    public async Task<string> AddAsync(string? clientId, string? redirectUri, string? state, HttpContext http, CancellationToken cancellationToken)
    {
        var handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var now = clock.GetUtcNow();
        var row = new AuthorizeRequestRow
        {
            HandleHash = Handle.Hash(handle),
            Kind = AuthorizeRequestRow.Logout,
            ClientId = clientId ?? "",
            Parameters = redirectUri is null ? "" : Location(redirectUri, state),
            // A form from another site brings no cookies: then it belongs to whoever shows it first.
            BrowserHash = HttpMethods.IsPost(http.Request.Method) ? null : SessionCookies.BrowserHash(http),
            AskedAt = now,
            ExpiresAt = now + Patience,
        };
        await store.WriteAsync(
            db =>
            {
                db.Add(row);
                return db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);
        return handle;
    }

    /// <summary>Where a waiting logout goes afterwards; null when there is none to wait, empty when it has no wish.</summary>
    public async Task<string?> FindAsync(string? handle, HttpContext http, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(handle))
        {
            return null;
        }

        var (hash, now, browser) = (Handle.Hash(handle!), clock.GetUtcNow(), SessionCookies.BrowserHash(http));
        return await store.ReadAsync(
            db => db.AuthorizeRequests.Where(row => row.HandleHash == hash && row.Kind == AuthorizeRequestRow.Logout && row.ExpiresAt > now && (row.BrowserHash == null || row.BrowserHash == browser))
                .Select(row => row.Parameters).SingleOrDefaultAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>RP-Initiated Logout §3: the state goes along.</summary>
    public static string Location(string redirectUri, string? state) => state is null
        ? redirectUri
        : $"{redirectUri}{(redirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{ParameterSet.Of([KeyValuePair.Create("state", state)]).Write()}";
}
