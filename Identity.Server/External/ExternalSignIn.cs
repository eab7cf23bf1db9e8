using Identity.OpenId.Errors;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.External;

/// <summary>From an external identity to an account, for every door. By unionid first, then by openid; never by a name or a mailbox.</summary>
internal sealed class ExternalSignIn(IdentityStore store, AccountRegistry registry, ExternalOptions options, TimeProvider clock, ILogger<ExternalSignIn> logger)
{
    // Each time somebody else was first with a row, and then it is there to be read.
    private const int Attempts = 5;

    /// <summary>The identity's account; made when there is none and the settings let it.</summary>
    /// <param name="user">Whom the provider vouches for.</param>
    /// <param name="caller">From where.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <param name="asksSecondStep">Whether the door asks for the account's second step itself; any other refuses an account that has one.</param>
    public async Task<Result<Account>> SignInAsync(ExternalUser user, Caller caller, CancellationToken cancellationToken, bool asksSecondStep = false)
    {
        var found = await store.ReadAsync(db => FindAsync(db, user, cancellationToken), cancellationToken);
        var nickname = found.AccountId is null && options.CreateAccounts && user.NicknameAsync is { } ask ? await ask(cancellationToken) : null;
        if (!(found.Owes(user) ? await AttachAsync(user, null, nickname, cancellationToken) : found.Whole).Succeeded(out var accountId, out var refusal))
        {
            return Refuse(user, caller, refusal);
        }

        if (user.PhoneNumber is { } number)
        {
            await store.TransactAsync(async db => (await registry.AddPhoneNumberAsync(db, accountId, SignInName.OfPhoneNumber(number)!, cancellationToken), true), cancellationToken);
        }

        var account = await store.ReadAsync(db => db.Accounts.AsNoTracking().SingleOrDefaultAsync(row => row.Id == accountId, cancellationToken), cancellationToken);
        // Somebody who asked for a second step is not let in without one, whoever vouches for the first.
        if (account is not { DisabledAt: null } || (account.TwoFactorEnabled && !asksSecondStep))
        {
            return Refuse(user, caller, ExternalRefusals.Disabled);
        }

        AuditLog.SignedInExternally(logger, account.Subject, user.App.Provider, user.App.Name, caller.Address);
        return account;
    }

    /// <summary>Links the identity to an account whose person is there. One that is linked to another account stays there.</summary>
    public async Task<Result<Account>> LinkAsync(ExternalUser user, Account account, CancellationToken cancellationToken)
    {
        if (!(await AttachAsync(user, account.Id, null, cancellationToken)).Succeeded(out var accountId, out var refusal))
        {
            return refusal;
        }

        if (accountId != account.Id)
        {
            return ExternalRefusals.Conflict;
        }

        AuditLog.Linked(logger, account.Subject, user.App.Provider, user.App.Name);
        return account;
    }

    private OAuthError Refuse(ExternalUser user, Caller caller, OAuthError refusal)
    {
        AuditLog.ExternalRefused(logger, user.App.Provider, user.App.Name, caller.Address, refusal.Reason);
        // Both can be mended by a person who signs in another way, and there is a page for it.
        return refusal.Reason is RefusalReason.NotLinked or RefusalReason.IdentityConflict ? refusal with { ErrorUri = $"{caller.Issuer}/account/linked" } : refusal;
    }

    private async Task<Result<int>> AttachAsync(ExternalUser user, int? wanted, string? nickname, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.TransactAsync(db => TryAttachAsync(db, user, wanted, nickname, cancellationToken), cancellationToken) is { } verdict)
            {
                return verdict;
            }
        }

        throw new InvalidOperationException("An external identity changed under every attempt to read it.");
    }

    /// <summary>Everything that a sign-in owes the two tables, in one transaction. A null verdict: somebody else was first, and what this one did is taken back.</summary>
    private async Task<(bool Keep, Result<int>? Verdict)> TryAttachAsync(IdentityDb db, ExternalUser user, int? wanted, string? nickname, CancellationToken cancellationToken)
    {
        var (app, now) = (user.App, clock.GetUtcNow());
        var found = await FindAsync(db, user, cancellationToken);
        if (found.Conflicts)
        {
            return (false, ExternalRefusals.Conflict);
        }

        var accountId = found.AccountId ?? wanted;
        if (wanted is not null && accountId != wanted)
        {
            return (false, ExternalRefusals.Conflict);
        }

        Account? made = null;
        if (accountId is null)
        {
            if (!options.CreateAccounts)
            {
                return (false, ExternalRefusals.NotLinked);
            }

            made = await registry.AddAsync(db, new NewAccount { Nickname = Nickname.Clean(nickname) }, cancellationToken);
            accountId = made.Id;
        }

        // The primary keys decide between two at once; the other waits here for this commit, and then reads it.
        if (user.UnionId is { } unionId && found.Union is null
            && await db.Database.ExecuteSqlAsync($"INSERT INTO external_unions (provider, developer, union_id, account_id) VALUES ({app.Provider}, {app.Developer}, {unionId}, {accountId}) ON CONFLICT DO NOTHING", cancellationToken) == 0)
        {
            return (false, null);
        }

        if (found.Identity is null)
        {
            if (await db.Database.ExecuteSqlAsync(
                $"INSERT INTO external_identities (provider, app_id, open_id, developer, union_id, account_id, linked_at) VALUES ({app.Provider}, {app.AppId}, {user.OpenId}, {app.Developer}, {user.UnionId}, {accountId}, {now.ToUnixTimeMilliseconds()}) ON CONFLICT DO NOTHING",
                cancellationToken) == 0)
            {
                return (false, null);
            }
        }
        else if (user.UnionId is not null)
        {
            // The unionid turned up later, or the app went to another developer account.
            if (await Same(db, user).Where(row => row.AccountId == accountId).ExecuteUpdateAsync(set => set.SetProperty(row => row.UnionId, user.UnionId).SetProperty(row => row.Developer, app.Developer), cancellationToken) == 0)
            {
                return (false, null);
            }
        }

        if (made is not null)
        {
            AuditLog.AccountCreated(logger, made.Subject, app.Provider);
        }

        return (true, accountId.Value);
    }

    private static async Task<Found> FindAsync(IdentityDb db, ExternalUser user, CancellationToken cancellationToken)
    {
        var union = user.UnionId is { } unionId
            ? await db.ExternalUnions.AsNoTracking().SingleOrDefaultAsync(row => row.Provider == user.App.Provider && row.Developer == user.App.Developer && row.UnionId == unionId, cancellationToken)
            : null;
        return new(union, await Same(db, user).AsNoTracking().SingleOrDefaultAsync(cancellationToken));
    }

    private static IQueryable<ExternalIdentityRow> Same(IdentityDb db, ExternalUser user) =>
        db.ExternalIdentities.Where(row => row.Provider == user.App.Provider && row.AppId == user.App.AppId && row.OpenId == user.OpenId);

    /// <summary>What the two tables know.</summary>
    private sealed record Found(ExternalUnionRow? Union, ExternalIdentityRow? Identity)
    {
        public int? AccountId => Union?.AccountId ?? Identity?.AccountId;

        public bool Conflicts => Union is not null && Identity is not null && Union.AccountId != Identity.AccountId;

        public Result<int> Whole => AccountId!.Value;

        /// <summary>Whether anything is to be written or refused: the ordinary sign-in only reads.</summary>
        public bool Owes(ExternalUser user) => Identity is null || Conflicts || (user.UnionId is { } unionId && (Union is null || !string.Equals(Identity.UnionId, unionId, StringComparison.Ordinal)));
    }
}
