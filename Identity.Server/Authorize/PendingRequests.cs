using System.Security.Cryptography;
using Identity.OpenId.Parameters;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Authorize;

/// <summary>Requests that wait: pushed ones for their browser, begun ones for their person. Each is known by a handle and used once by one statement.</summary>
internal sealed class PendingRequests(IdentityStore store, TimeProvider clock)
{
    /// <summary>How long a person may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(60);

    /// <summary>How long a pushed request may wait, RFC 9126 §2.2.</summary>
    public static TimeSpan PushedLifetime { get; } = TimeSpan.FromSeconds(90);

    /// <param name="kind">See <see cref="AuthorizeRequestRow"/>.</param>
    /// <param name="clientId">Whose.</param>
    /// <param name="parameters">All of it.</param>
    /// <param name="browser">The browser it belongs to; null when that is not known yet.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="pushed">The pushed request that it came from.</param>
    /// <returns>The handle.</returns>
    public async Task<string> AddAsync(string kind, string clientId, ParameterSet parameters, string? browser, CancellationToken cancellationToken, AuthorizeRequestRow? pushed = null)
    {
        var handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var now = clock.GetUtcNow();
        await store.WriteAsync(
            db =>
            {
                db.Add(new AuthorizeRequestRow
                {
                    HandleHash = Handle.Hash(handle),
                    Kind = kind,
                    ClientId = clientId,
                    Parameters = parameters.Write(),
                    BrowserHash = browser,
                    AskedAt = now,
                    ExpiresAt = now + (kind is AuthorizeRequestRow.Pushed ? PushedLifetime : Patience),
                    PushedHash = pushed?.HandleHash,
                });
                return db.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);
        return handle;
    }

    /// <summary>A waiting request of this browser. One that came without a browser (a cross-site form brings no cookies) belongs to the first that shows it.</summary>
    public async Task<AuthorizeRequestRow?> FindAsync(string kind, string? handle, HttpContext http, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(handle))
        {
            return null;
        }

        var (hash, now) = (Handle.Hash(handle!), clock.GetUtcNow());
        var row = await store.ReadAsync(db => db.AuthorizeRequests.AsNoTracking().SingleOrDefaultAsync(one => one.HandleHash == hash, cancellationToken), cancellationToken);
        if (row is not { UsedAt: null } || !string.Equals(row.Kind, kind, StringComparison.Ordinal) || now >= row.ExpiresAt)
        {
            return null;
        }

        var browser = SessionCookies.BrowserHash(http);
        return row.BrowserHash is { } owner
            ? string.Equals(owner, browser, StringComparison.Ordinal) ? row : null
            : await store.WriteAsync(db => db.AuthorizeRequests.Where(one => one.HandleHash == hash && one.BrowserHash == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.BrowserHash, browser), cancellationToken), cancellationToken) == 1 ? row : null;
    }

    /// <summary>The languages that a waiting request asks for. Binds it to nobody: that is for the page that answers it.</summary>
    public async Task<string?> UiLocalesAsync(string handle, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(handle))
        {
            return null;
        }

        var hash = Handle.Hash(handle);
        return await store.ReadAsync(
            db => db.AuthorizeRequests.Where(one => one.HandleHash == hash && one.Kind == AuthorizeRequestRow.Pending).Select(one => one.Parameters).SingleOrDefaultAsync(cancellationToken), cancellationToken)
            is { } parameters ? Read(parameters).Find("ui_locales") : null;
    }

    /// <summary>Whose request it was, living or over, for the browser that it belongs to; nobody else learns that.</summary>
    public async Task<string?> ClientOfAsync(string? handle, HttpContext http, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(handle))
        {
            return null;
        }

        var (hash, browser) = (Handle.Hash(handle!), SessionCookies.BrowserHash(http));
        return await store.ReadAsync(
            db => db.AuthorizeRequests.Where(one => one.HandleHash == hash && one.Kind == AuthorizeRequestRow.Pending && one.BrowserHash == browser).Select(one => one.ClientId).SingleOrDefaultAsync(cancellationToken), cancellationToken);
    }

    /// <summary>A pushed request that is in time and was not answered yet, for its own client only (RFC 9126 §4). Opening it uses nothing up.</summary>
    public async Task<AuthorizeRequestRow?> FindPushedAsync(string handle, string clientId, CancellationToken cancellationToken)
    {
        if (!Handle.IsWellFormed(handle))
        {
            return null;
        }

        var (hash, now) = (Handle.Hash(handle), clock.GetUtcNow());
        return await store.ReadAsync(
            db => db.AuthorizeRequests.AsNoTracking().SingleOrDefaultAsync(
                one => one.HandleHash == hash && one.Kind == AuthorizeRequestRow.Pushed && one.ClientId == clientId && one.UsedAt == null && one.ExpiresAt > now, cancellationToken),
            cancellationToken);
    }

    /// <summary>True for the one who may answer it. A request that was pushed may wait in several tabs; the first that is answered uses up all of them.</summary>
    public async Task<bool> UseAsync(AuthorizeRequestRow row, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // Both rows or none counts: where another tab was first, only this one is left to mark.
        return await store.WriteAsync(
            db => db.AuthorizeRequests.Where(one => (one.HandleHash == row.HandleHash || one.HandleHash == row.PushedHash) && one.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.UsedAt, now), cancellationToken),
            cancellationToken) == (row.PushedHash is null ? 1 : 2);
    }

    public Task<int> ChooseAccountAsync(AuthorizeRequestRow row, CancellationToken cancellationToken) => store.WriteAsync(
        db => db.AuthorizeRequests.Where(one => one.HandleHash == row.HandleHash).ExecuteUpdateAsync(set => set.SetProperty(one => one.AccountChosen, true), cancellationToken), cancellationToken);

    public static ParameterSet Read(string parameters) =>
        ParameterSet.Parse(System.Text.Encoding.UTF8.GetBytes(parameters)).Succeeded(out var set, out _) ? set : ParameterSet.Empty;
}
