using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>What an account can be signed in to with. Whoever takes one away asks afterwards, in the same transaction and behind a write to the account's row, whether there is another.</summary>
internal static class WaysIn
{
    public static async Task<bool> AnyAsync(IdentityDb db, int accountId, CancellationToken cancellationToken) =>
        await db.ExternalIdentities.AnyAsync(row => row.AccountId == accountId, cancellationToken)
        || await db.Passkeys.AnyAsync(row => row.AccountId == accountId, cancellationToken)
        || await db.Accounts.AnyAsync(row => row.Id == accountId && row.PasswordHash != null && db.SignInNames.Any(name => name.AccountId == row.Id), cancellationToken);
}
