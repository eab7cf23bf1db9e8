using System.Buffers.Text;
using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Passkeys;

/// <summary>
/// What the framework's handler reads of our passkeys. The user handle of WebAuthn is the account's subject. Nothing is written
/// through here: <see cref="AccountPasskeys"/> does, in one commit with all that belongs to a change.
/// </summary>
internal sealed class PasskeyStore(IdentityStore store) : IUserPasskeyStore<Account>
{
    /// <summary>Longer ones no account has.</summary>
    private const int MaxSubject = 64;

    public Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        // An authenticator can hold any bytes, and a database does not take all of them as text.
        userId.Length is 0 or > MaxSubject || userId.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            ? Task.FromResult<Account?>(null)
            : store.ReadAsync(db => db.Accounts.AsNoTracking().SingleOrDefaultAsync(row => row.Subject == userId, cancellationToken), cancellationToken);

    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.Subject);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Account user, CancellationToken cancellationToken) =>
        [.. (await store.ReadAsync(db => db.Passkeys.AsNoTracking().Where(row => row.AccountId == user.Id).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken), cancellationToken)).Select(Record)];

    public Task<Account?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return store.ReadAsync(db => db.Passkeys.AsNoTracking().Where(row => row.CredentialId == id).Select(row => row.Account).SingleOrDefaultAsync(cancellationToken), cancellationToken);
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return await store.ReadAsync(db => db.Passkeys.AsNoTracking().SingleOrDefaultAsync(row => row.CredentialId == id && row.AccountId == user.Id, cancellationToken), cancellationToken) is { } row ? Record(row) : null;
    }

    public void Dispose()
    {
        // It holds nothing.
    }

    // The counter is 0 to the handler, which would compare it with what was read a moment ago: the statement that writes the new one compares.
    private static UserPasskeyInfo Record(PasskeyRow row) => new(
        Base64Url.DecodeFromChars(row.CredentialId), row.PublicKey, row.CreatedAt, signCount: 0, row.Transports.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        isUserVerified: true, row.BackupEligible, row.BackedUp, attestationObject: [], clientDataJson: [])
    { Name = row.Name };

    public Task AddOrUpdatePasskeyAsync(Account user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw NotHere();

    public Task RemovePasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken) => throw NotHere();

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) => throw NotHere();

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) => throw NotHere();

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) => throw NotHere();

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) => throw NotHere();

    private static NotSupportedException NotHere() => new("Passkeys are only read through the framework's store.");
}
