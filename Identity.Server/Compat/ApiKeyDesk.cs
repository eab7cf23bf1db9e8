using Identity.Compat;
using Identity.Server.Accounts;
using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Identity.Server.Issuing;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Compat;

/// <summary>Who may see and set whose API key.</summary>
internal sealed class ApiKeyDesk(IdentityStore store, AccessTokens tokens, ClientDirectory clients, ApiKeys keys) : IApiKeys
{
    // Of a fixed length, for the length of a short key says much of it.
    private const string Mask = "********";

    public int MaxLength => ApiKeys.MaxLength;

    public async Task<ApiKeyCaller?> WhoAsync(string api, string? accessToken, HttpContext http, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        if (accessToken is null
            || !(await tokens.ReadAsync(accessToken, caller.Issuer, cancellationToken)).Succeeded(out var token, out _)
            || token.Account is not { } account || !LegacyAudience.Covers(token.Claims, api) || clients.Find(api) is null)
        {
            return null;
        }

        var number = await store.ReadAsync(
            db => db.LegacyMembers.Where(member => member.Api == api && member.AccountId == account.Id).Select(member => (int?)member.Number).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        return number is { } own ? new ApiKeyCaller(api, account.Id, own, caller.Address) : null;
    }

    public async Task<(ApiKeyOutcome Outcome, StoredApiKey? Key)> ReadAsync(ApiKeyCaller caller, int number, CancellationToken cancellationToken)
    {
        var (outcome, target, _) = await TargetAsync(caller, number, cancellationToken);
        if (outcome != ApiKeyOutcome.Done)
        {
            return (outcome, null);
        }

        var key = await keys.FindAsync(target!.Id, cancellationToken);
        return (ApiKeyOutcome.Done, key is null
            ? new StoredApiKey(null, null, 0, null)
            : new StoredApiKey(target.Id == caller.AccountId ? key.Text : Mask, key.ExpiresAt, key.SetByNumber, key.SetFrom));
    }

    public async Task<ApiKeyOutcome> WriteAsync(ApiKeyCaller caller, int? number, string? key, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var (outcome, target, self) = await TargetAsync(caller, number ?? caller.Number, cancellationToken);
        if (outcome != ApiKeyOutcome.Done)
        {
            return outcome;
        }

        if (key is null)
        {
            await keys.ClearAsync(target!, self!, caller.Address, cancellationToken);
        }
        else
        {
            await keys.SetAsync(target!, new(key, expiresAt, caller.Number, caller.Address), self!, cancellationToken);
        }

        return ApiKeyOutcome.Done;
    }

    // An administrator by the account's own flag, as of now; the old system's roles say nothing here.
    private async Task<(ApiKeyOutcome Outcome, Account? Target, Account? Self)> TargetAsync(ApiKeyCaller caller, int number, CancellationToken cancellationToken)
    {
        var self = await store.ReadAsync(db => db.Accounts.AsNoTracking().SingleAsync(account => account.Id == caller.AccountId, cancellationToken), cancellationToken);
        if (number == caller.Number)
        {
            return (ApiKeyOutcome.Done, self, self);
        }

        if (!self.Admin)
        {
            return (ApiKeyOutcome.NotYours, null, self);
        }

        var target = await store.ReadAsync(
            db => db.LegacyMembers.AsNoTracking().Where(member => member.Api == caller.Api && member.Number == number).Select(member => member.Account).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        return (target is null ? ApiKeyOutcome.UnknownUser : ApiKeyOutcome.Done, target, self);
    }
}
