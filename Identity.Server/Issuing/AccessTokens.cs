using System.Data.Common;
using Identity.OpenId.Errors;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Issuing;

/// <summary>Access tokens at our own endpoints: the signature says that we made it, one query says that it is still good.</summary>
internal sealed class AccessTokens(IdentityStore store, VerifiedTokens verified, ReferenceTokens references, Subjects subjects, TimeProvider clock)
{
    internal static readonly Statement FindRevoked = new("SELECT 1 FROM revoked_tokens WHERE jti = @p0");

    // By subject, and by number for a pairwise subject, which is in no column.
    private readonly Lazy<(Statement BySubject, Statement ById, Func<DbDataReader, State> Read)> look = new(() => Looking(store));

    /// <summary>The claims, and the account where a person stands behind them; or the one <c>invalid_token</c>.</summary>
    public async Task<Result<GoodToken>> ReadAsync(string? token, string issuer, CancellationToken cancellationToken)
    {
        var read = Handle.IsWellFormed(token)
            ? TokenReader.ReadStored(await references.FindAsync(token!, cancellationToken), issuer, clock.GetUtcNow())
            : await verified.ReadAsync(token, issuer);
        if (!read.Succeeded(out var claims, out var error))
        {
            return error;
        }

        // RFC 9068 §2.2: without a person the subject is the client itself.
        if (string.Equals(claims.Subject, claims.ClientId, StringComparison.Ordinal))
        {
            return await store.QueryAsync(FindRevoked, _ => true, cancellationToken, claims.Id.Text)
                ? TokenReader.Invalid(RefusalReason.Revoked)
                : new GoodToken(claims, null, null);
        }

        var state = subjects.AccountOf(claims.Subject) is { } account
            ? await store.QueryAsync(look.Value.ById, look.Value.Read, cancellationToken, account, claims.Id.Family, claims.Id.Text)
            : await store.QueryAsync(look.Value.BySubject, look.Value.Read, cancellationToken, claims.Subject, claims.Id.Family, claims.Id.Text);
        return state is { Account.DisabledAt: null, Ended: false } && !state.Account.Outlived(claims.Id.IssuedAt)
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

    // One look at all that can have ended since: the account, the family of the token, the token itself.
    internal static (Statement BySubject, Statement ById, Func<DbDataReader, State> Read) Looking(IdentityStore store)
    {
        var accounts = store.Shape<Account>();
        var text = $"""
            SELECT {accounts.Columns("a")}, f.revoked_at, t.jti, f.claims
            FROM accounts a LEFT JOIN refresh_families f ON f.id = @p1 LEFT JOIN revoked_tokens t ON t.jti = @p2
            """;
        return (
            new($"{text}\nWHERE a.subject = @p0"),
            new($"{text}\nWHERE a.id = @p0"),
            reader => new(
                accounts.Read(reader, 0),
                Ended: !reader.IsDBNull(accounts.Count) || !reader.IsDBNull(accounts.Count + 1),
                reader.IsDBNull(accounts.Count + 2) ? null : reader.GetString(accounts.Count + 2)));
    }

    internal sealed record State(Account Account, bool Ended, string? Claims);
}

/// <param name="Claims">What the token says.</param>
/// <param name="Account">The person, as of now; null when the client acts for itself.</param>
/// <param name="Asked">What its authorization asked for by name (OpenID Connect Core §5.5), as JSON; null for nothing.</param>
internal sealed record GoodToken(AccessTokenClaims Claims, Account? Account, string? Asked);
