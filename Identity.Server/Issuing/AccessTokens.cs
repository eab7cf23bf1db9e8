using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>Access tokens at our own endpoints: the signature says that we made it, one query says that it is still good.</summary>
internal sealed class AccessTokens(IdentityStore store, SigningKeys keys, ReferenceTokens references, Subjects subjects, TimeProvider clock)
{
    // Of this instance, for a compiled query belongs to one model, and SQLite's is not PostgreSQL's.
    private readonly Func<IdentityDb, string, Guid, string, Task<State?>> look = EF.CompileAsyncQuery(
        (IdentityDb db, string subject, Guid family, string jti) => db.Accounts.AsNoTracking()
            .Where(account => account.Subject == subject)
            .Select(account => new State
            {
                Account = account,
                FamilyEnded = db.RefreshFamilies.Any(row => row.Id == family && row.RevokedAt != null),
                Revoked = db.RevokedTokens.Any(row => row.Jti == jti),
                Claims = db.RefreshFamilies.Where(row => row.Id == family).Select(row => row.Claims).SingleOrDefault(),
            })
            .SingleOrDefault());

    // The same for a pairwise subject, which is in no column.
    private readonly Func<IdentityDb, int, Guid, string, Task<State?>> lookById = EF.CompileAsyncQuery(
        (IdentityDb db, int id, Guid family, string jti) => db.Accounts.AsNoTracking()
            .Where(account => account.Id == id)
            .Select(account => new State
            {
                Account = account,
                FamilyEnded = db.RefreshFamilies.Any(row => row.Id == family && row.RevokedAt != null),
                Revoked = db.RevokedTokens.Any(row => row.Jti == jti),
                Claims = db.RefreshFamilies.Where(row => row.Id == family).Select(row => row.Claims).SingleOrDefault(),
            })
            .SingleOrDefault());

    private readonly Func<IdentityDb, string, Task<bool>> isRevoked = EF.CompileAsyncQuery(
        (IdentityDb db, string jti) => db.RevokedTokens.Any(row => row.Jti == jti));

    /// <summary>The claims, and the account where a person stands behind them; or the one <c>invalid_token</c>.</summary>
    public async Task<Result<GoodToken>> ReadAsync(string? token, string issuer, CancellationToken cancellationToken)
    {
        var read = Handle.IsWellFormed(token)
            ? TokenReader.ReadStored(await references.FindAsync(token!, cancellationToken), issuer, clock.GetUtcNow())
            : await TokenReader.ReadAccessTokenAsync(token, issuer, keys.Verifying(), clock.GetUtcNow());
        if (!read.Succeeded(out var claims, out var error))
        {
            return error;
        }

        // RFC 9068 §2.2: without a person the subject is the client itself.
        if (string.Equals(claims.Subject, claims.ClientId, StringComparison.Ordinal))
        {
            return await store.ReadAsync(db => isRevoked(db, claims.Id.Text), cancellationToken)
                ? TokenReader.Invalid(RefusalReason.Revoked)
                : new GoodToken(claims, null, null);
        }

        var state = await store.ReadAsync(
            db => subjects.AccountOf(claims.Subject) is { } account ? lookById(db, account, claims.Id.Family, claims.Id.Text) : look(db, claims.Subject, claims.Id.Family, claims.Id.Text), cancellationToken);
        return state is { Account.DisabledAt: null, FamilyEnded: false, Revoked: false } && !state.Account.Outlived(claims.Id.IssuedAt)
            ? new GoodToken(claims, state.Account, state.Claims)
            : TokenReader.Invalid(RefusalReason.Revoked);
    }

    /// <summary>Refuses one token from now on, at our own endpoints; the row may go when the token has expired.</summary>
    public Task<int> RevokeAsync(AccessTokenClaims claims, CancellationToken cancellationToken)
    {
        var (jti, expiresAt) = (claims.Id.Text, claims.ExpiresAt.ToUnixTimeMilliseconds());
        return store.WriteAsync(
            db => db.Database.ExecuteSqlAsync($"INSERT INTO revoked_tokens (jti, expires_at) VALUES ({jti}, {expiresAt}) ON CONFLICT DO NOTHING", cancellationToken), cancellationToken, LostAnswer.Repeat);
    }

    private sealed class State
    {
        public required Account Account { get; init; }

        public bool FamilyEnded { get; init; }

        public bool Revoked { get; init; }

        public string? Claims { get; init; }
    }
}

/// <param name="Claims">What the token says.</param>
/// <param name="Account">The person, as of now; null when the client acts for itself.</param>
/// <param name="Asked">What its authorization asked for by name (OpenID Connect Core §5.5), as JSON; null for nothing.</param>
internal sealed record GoodToken(AccessTokenClaims Claims, Account? Account, string? Asked);
