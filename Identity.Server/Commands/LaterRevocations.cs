using System.Globalization;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Commands;

/// <summary>
/// What was revoked after a backup was taken, revoked once more in the database that came from it. Everything is dated as
/// it was, so what began after the restore is left alone, and a second time changes nothing.
/// </summary>
internal sealed class LaterRevocations(IdentityStore store, TimeProvider clock)
{
    /// <summary>Applies one event.</summary>
    /// <returns>How many rows it changed; what the operator must do himself, where the trail cannot say what was set.</returns>
    public Task<(int Rows, string? Advice)> ApplyAsync(TrailLine line, CancellationToken cancellationToken) => store.TransactAsync(
        async db =>
        {
            var subject = line.Subject ?? "";
            var account = await db.Accounts.Where(row => row.Subject == subject).Select(row => (int?)row.Id).SingleOrDefaultAsync(cancellationToken) ?? 0;
            var rows = await EffectAsync(db, account, line, cancellationToken);
            return (true, (rows, Advice(line, account != 0)));
        },
        cancellationToken,
        LostAnswer.Repeat);

    private Task<int> EffectAsync(IdentityDb db, int account, TrailLine line, CancellationToken cancellationToken)
    {
        DateTimeOffset? at = line.At;
        var client = line.ClientId ?? "";
        return line.EventId switch
        {
            // A family, by name: reuse of its token or of its code, or its client's own word.
            2010 or 2012 or 2014 => Guid.TryParse(line.Of("Family"), out var family) ? RevokeAsync(db.RefreshFamilies.Where(row => row.Id == family)) : None,
            2018 => line.Of("Group") is { Length: > 0 } group ? RevokeAsync(db.RefreshFamilies.Where(row => row.AccountId == account && row.ClientId == client && row.SessionKey == group && row.CreatedAt < at)) : None,
            2013 => EndEverythingAsync(),
            2015 => EndSessionAsync(line.Of("Session")),
            2016 => DateTimeOffset.TryParse(line.Of("Until"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until) && until > clock.GetUtcNow() ? RevokeTokenAsync(line.Of("Token"), until) : None,
            2017 => WithdrawAsync(),
            2004 => LockAsync(),
            2102 => LockAndEndAsync(),
            2005 => db.Accounts.Where(row => row.Id == account && row.DisabledAt != null && row.DisabledAt < at)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, (DateTimeOffset?)null), cancellationToken),
            2072 or 2073 => db.ApiKeys.Where(row => row.AccountId == account && row.SetAt < at).ExecuteDeleteAsync(cancellationToken),
            2082 or 2093 => DisableClientAsync(),
            _ => None,
        };

        Task<int> RevokeAsync(IQueryable<RefreshFamilyRow> families) =>
            families.Where(row => row.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, at), cancellationToken);

        async Task<int> EndSessionAsync(string sid) =>
            await db.Sessions.Where(row => row.Sid == sid && row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, at), cancellationToken)
            + await RevokeAsync(db.RefreshFamilies.Where(row => row.Sid == sid));

        async Task<int> EndEverythingAsync() =>
            await db.Accounts.Where(row => row.Id == account && (row.SessionsEndedAt == null || row.SessionsEndedAt < at)).ExecuteUpdateAsync(set => set.SetProperty(row => row.SessionsEndedAt, at), cancellationToken)
            + await db.Sessions.Where(row => row.AccountId == account && row.AuthTime < at && row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, at), cancellationToken)
            + await RevokeAsync(db.RefreshFamilies.Where(row => row.AccountId == account && row.CreatedAt < at));

        Task<int> LockAsync() => db.Accounts.Where(row => row.Id == account && row.DisabledAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, at), cancellationToken);

        async Task<int> LockAndEndAsync() => await LockAsync() + await EndEverythingAsync();

        Task<int> RevokeTokenAsync(string jti, DateTimeOffset end)
        {
            var expiresAt = end.ToUnixTimeMilliseconds();
            return db.Database.ExecuteSqlAsync($"INSERT INTO revoked_tokens (jti, expires_at) VALUES ({jti}, {expiresAt}) ON CONFLICT DO NOTHING", cancellationToken);
        }

        async Task<int> WithdrawAsync() =>
            await db.Consents.Where(row => row.AccountId == account && row.ClientId == client && row.GrantedAt < at).ExecuteDeleteAsync(cancellationToken)
            + await RevokeAsync(db.RefreshFamilies.Where(row => row.AccountId == account && row.ClientId == client && row.CreatedAt < at));

        async Task<int> DisableClientAsync()
        {
            var rows = await db.Clients.Where(row => row.ClientId == client && row.UpdatedAt < line.At && row.DisabledAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.DisabledAt, at), cancellationToken);
            if (rows > 0)
            {
                await db.BumpAsync(ChangeRow.Clients, cancellationToken);
            }

            return rows;
        }
    }

    private static Task<int> None => Task.FromResult(0);

    private static string? Advice(TrailLine line, bool known) => line.EventId switch
    {
        2006 when known => $"{line.Subject}: the password is again the one from before {CommandRun.Instant(line.At)}. identity users set-password, or let the person set it.",
        2063 when known => $"{line.Subject}: the link to {line.Of("Provider")} that was removed at {CommandRun.Instant(line.At)} is there again. Let the person remove it.",
        2102 when known => $"{line.Subject}: deleted at {CommandRun.Instant(line.At)}, there again, and locked now. Delete it again.",
        2081 => $"client {line.ClientId}: its secret is again the one from before {CommandRun.Instant(line.At)}. identity clients rotate-secret.",
        2092 => $"client {line.ClientId}: its registration is again the one from before {CommandRun.Instant(line.At)}.",
        _ => null,
    };
}
