using System.Security.Cryptography;
using Identity.OpenId.Errors;
using Identity.Server.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.External.Weixin;

/// <summary>The apps' own tokens, shared by all nodes through the database. Whoever takes the lease by one conditional statement fetches; everybody else waits for the row.</summary>
internal sealed class WeixinAppTokens(IdentityStore store, ExternalOptions options, IDataProtectionProvider protection, TimeProvider clock)
{
    // Replaced so long before its end that a call begun with it is answered.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private readonly IDataProtector protector = protection.CreateProtector("external app token");

    public async Task<Result<string>> GetAsync(ProviderCalls calls, ExternalApp app, CancellationToken cancellationToken)
    {
        // As long as the one who fetches may take, and a little.
        for (var waited = TimeSpan.Zero; waited < options.Timeout + options.Timeout; waited += Glance)
        {
            var soon = clock.GetUtcNow() + Margin;
            if (await store.ReadAsync(db => db.ExternalAppTokens.AsNoTracking().SingleOrDefaultAsync(row => row.AppId == app.AppId && row.ExpiresAt > soon, cancellationToken), cancellationToken) is { Token: { } kept } && Read(kept) is { } token)
            {
                return token;
            }

            if (await LeaseAsync(app, cancellationToken))
            {
                return await FetchAsync(calls, app, cancellationToken);
            }

            await Task.Delay(Glance, cancellationToken);
        }

        return ExternalRefusals.Unavailable;
    }

    /// <summary>The provider says that the token is dead. Only this very one: another node may have fetched its successor.</summary>
    public async Task ForgetAsync(ExternalApp app, string token, CancellationToken cancellationToken)
    {
        var kept = await store.ReadAsync(db => db.ExternalAppTokens.Where(row => row.AppId == app.AppId).Select(row => row.Token).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        if (kept is not null && string.Equals(Read(kept), token, StringComparison.Ordinal))
        {
            await store.WriteAsync(db => db.ExternalAppTokens.Where(row => row.AppId == app.AppId && row.Token == kept).ExecuteUpdateAsync(set => set.SetProperty(row => row.Token, (string?)null).SetProperty(row => row.ExpiresAt, DateTimeOffset.UnixEpoch), cancellationToken), cancellationToken);
        }
    }

    private async Task<bool> LeaseAsync(ExternalApp app, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (instant, soon, until) = (now.ToUnixTimeMilliseconds(), (now + Margin).ToUnixTimeMilliseconds(), (now + options.Timeout + options.Timeout).ToUnixTimeMilliseconds());
        return await store.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO external_app_tokens (app_id, token, expires_at, leased_until) VALUES ({app.AppId}, NULL, 0, {until})
                ON CONFLICT (app_id) DO UPDATE SET leased_until = excluded.leased_until
                WHERE external_app_tokens.leased_until <= {instant} AND external_app_tokens.expires_at <= {soon}
                """,
                cancellationToken),
            cancellationToken) == 1;
    }

    private async Task<Result<string>> FetchAsync(ProviderCalls calls, ExternalApp app, CancellationToken cancellationToken)
    {
        var asked = await WeixinProtocol.AppTokenAsync(calls, $"{options.WeChat.ApiUrl}/cgi-bin/stable_token", app.AppId, app.Secret, cancellationToken);
        var got = asked.Succeeded(out var token, out var error);
        var (kept, expiresAt) = (got ? protector.Protect(token!.Value) : null, got ? clock.GetUtcNow() + token!.Lifetime : DateTimeOffset.UnixEpoch);
        // The lease ends with the attempt, whatever came of it: the others are waiting.
        await store.WriteAsync(
            db => db.ExternalAppTokens.Where(row => row.AppId == app.AppId).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Token, kept).SetProperty(row => row.ExpiresAt, expiresAt).SetProperty(row => row.LeasedUntil, DateTimeOffset.UnixEpoch),
                CancellationToken.None),
            CancellationToken.None);
        return got ? token!.Value : error!;
    }

    // One that a lost key protected is as good as none.
    private string? Read(string kept)
    {
        try
        {
            return protector.Unprotect(kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
