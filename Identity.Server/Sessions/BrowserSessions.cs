using System.Security.Cryptography;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Sessions;

/// <summary>Who is signed in in which browser. A session is a row; ending it ends what was issued in it.</summary>
internal sealed class BrowserSessions(IdentityStore store, TimeProvider clock, ILogger<BrowserSessions> logger)
{
    private static readonly TimeSpan IdleRemembered = TimeSpan.FromDays(14);
    private static readonly TimeSpan LongestUnremembered = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestRemembered = TimeSpan.FromDays(90);
    private const int MaxUserAgent = 256;

    private static readonly TimeSpan SeenInterval = TimeSpan.FromMinutes(5);

    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Task<SessionRow?>> find = EF.CompileAsyncQuery(
        (IdentityDb db, string hash) => db.Sessions.AsNoTracking().Include(row => row.Account).SingleOrDefault(row => row.HandleHash == hash));

    /// <summary>The browser's living session, account included.</summary>
    public async Task<SessionRow?> CurrentAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (SessionCookies.SessionHandle(http.Request) is not { } handle || await store.ReadAsync(db => find(db, Handle.Hash(handle)), cancellationToken) is not { } row)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        if (row.EndedAt is not null || now >= row.ExpiresAt || (row.Remembered && now >= row.SeenAt + IdleRemembered)
            || row.Account is not { DisabledAt: null } account || account.Outlived(Later(row.ContinuedAt, row.AuthTime)))
        {
            return null;
        }

        if (now >= row.SeenAt + SeenInterval)
        {
            var address = Caller.Of(http).Address;
            await store.WriteAsync(db => db.Sessions.Where(one => one.Sid == row.Sid).ExecuteUpdateAsync(set => set.SetProperty(one => one.SeenAt, now).SetProperty(one => one.Address, address), cancellationToken), cancellationToken);
        }

        return row;
    }

    /// <summary>Begins a session in this browser and ends the one that was there: a new handle at every sign-in, so that nobody can sign a person into a session that he knows.</summary>
    public async Task BeginAsync(HttpContext http, Account account, IReadOnlyList<string> methods, bool remember, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        var before = SessionCookies.SessionHandle(http.Request) is { } old ? Handle.Hash(old) : null;
        var handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var now = clock.GetUtcNow();
        var expiresAt = now + (remember ? LongestRemembered : LongestUnremembered);
        var ended = await store.TransactAsync(
            async db =>
            {
                var replaced = before is null ? null : await db.Sessions.AsNoTracking().Include(row => row.Account).SingleOrDefaultAsync(row => row.HandleHash == before, cancellationToken);
                if (replaced is not null && !await EndAsync(db, replaced.Sid, now, cancellationToken))
                {
                    replaced = null;
                }

                db.Add(new SessionRow
                {
                    Sid = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size)),
                    HandleHash = Handle.Hash(handle),
                    AccountId = account.Id,
                    Issuer = caller.Issuer,
                    AuthTime = now,
                    Amr = string.Join(' ', methods),
                    Remembered = remember,
                    SeenAt = now,
                    ExpiresAt = expiresAt,
                    UserAgent = UserAgent(http.Request),
                    Address = caller.Address,
                });
                await db.SaveChangesAsync(cancellationToken);
                return (true, replaced);
            },
            cancellationToken,
            LostAnswer.Ask(db => db.Sessions.AnyAsync(row => row.HandleHash == Handle.Hash(handle), cancellationToken)));
        if (ended is not null)
        {
            AuditLog.SessionEnded(logger, ended.Sid, ended.Account!.Subject);
        }

        SessionCookies.SetSession(http, handle, remember ? expiresAt : null);
    }

    /// <summary>
    /// The person of this session proved themselves once more: it goes on with a new handle, and its clients hear nothing.
    /// </summary>
    /// <param name="http">The browser.</param>
    /// <param name="session">Living.</param>
    /// <param name="methods">What was proved now, RFC 8176.</param>
    /// <param name="fromTheStart">Whether it was a whole sign-in, from which on the session counts; false for a second step that was added to an older first one.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>False for a session that ended meanwhile.</returns>
    public async Task<bool> ProveAsync(HttpContext http, SessionRow session, IReadOnlyList<string> methods, bool fromTheStart, CancellationToken cancellationToken)
    {
        var handle = Handle.Write(RandomNumberGenerator.GetBytes(Handle.Size));
        var (hash, before, authTime) = (Handle.Hash(handle), session.HandleHash, fromTheStart ? clock.GetUtcNow() : session.AuthTime);
        var amr = string.Join(' ', fromTheStart ? methods : session.Methods.Union(methods, StringComparer.Ordinal));
        if (await store.WriteAsync(
                db => db.Sessions.Where(row => row.Sid == session.Sid && row.HandleHash == before && row.EndedAt == null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.HandleHash, hash).SetProperty(row => row.AuthTime, authTime).SetProperty(row => row.Amr, amr), cancellationToken),
                cancellationToken) == 0)
        {
            return false;
        }

        SessionCookies.SetSession(http, handle, session.Remembered ? session.ExpiresAt : null);
        return true;
    }

    /// <summary>Ends this session and every refresh family that does not outlive it, in one commit.</summary>
    public async Task EndAsync(HttpContext http, SessionRow session, CancellationToken cancellationToken)
    {
        await store.TransactAsync(async db => (true, await EndAsync(db, session.Sid, clock.GetUtcNow(), cancellationToken)), cancellationToken, LostAnswer.Repeat);
        AuditLog.SessionEnded(logger, session.Sid, session.Account!.Subject);
        SessionCookies.ClearSession(http);
    }

    /// <summary>The sessions that an account has open, the latest seen first.</summary>
    public Task<List<SessionRow>> OfAsync(int accountId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var idle = now - IdleRemembered;
        return store.ReadAsync(
            db => db.Sessions.AsNoTracking()
                .Where(row => row.AccountId == accountId && row.EndedAt == null && row.ExpiresAt > now && (!row.Remembered || row.SeenAt > idle))
                .OrderByDescending(row => row.SeenAt).ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Ends one session of an account, wherever it is, with every refresh family that does not outlive it.</summary>
    /// <returns>False when the account has no such session open.</returns>
    public async Task<bool> EndAsync(int accountId, string sid, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var subject = await store.TransactAsync(
            async db =>
            {
                var whose = await db.Sessions.Where(row => row.Sid == sid && row.AccountId == accountId).Select(row => row.Account!.Subject).SingleOrDefaultAsync(cancellationToken);
                var ended = whose is not null && await EndAsync(db, sid, now, cancellationToken);
                return (ended, ended ? whose : null);
            },
            cancellationToken,
            LostAnswer.Ask(db => db.Sessions.AnyAsync(row => row.Sid == sid && row.EndedAt == now, cancellationToken)));
        if (subject is not null)
        {
            AuditLog.SessionEnded(logger, sid, subject);
        }

        return subject is not null;
    }

    private static async Task<bool> EndAsync(IdentityDb db, string sid, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Sessions.Where(row => row.Sid == sid && row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken) == 0)
        {
            return false;
        }

        await LogoutQueue.AddAsync(db, sid, now, cancellationToken);
        await db.RefreshFamilies.Where(row => row.Sid == sid && row.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
        return true;
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    // ASCII, as browsers write it.
    private static string? UserAgent(HttpRequest request) =>
        new string([.. request.Headers.UserAgent.ToString().Where(c => c is >= ' ' and <= '~').Take(MaxUserAgent)]) is { Length: > 0 } said ? said : null;
}
