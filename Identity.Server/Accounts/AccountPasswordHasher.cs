using System.Security.Cryptography;
using System.Text;
using Identity.Server.Accounts.ForeignHashes;
using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts;

/// <summary>
/// Makes hashes of today, and verifies these and the ones that an import brought. A cheaper hash is topped up: every
/// verification costs at least today's rounds, right or wrong, so the time does not tell whose password is an old one.
/// </summary>
/// <remarks>A dearer one (bcrypt of cost 11 by a tenth, of cost 12 by twice and more) keeps its own cost, and with it can be told, until its first sign-in.</remarks>
internal sealed class AccountPasswordHasher(IOptions<PasswordHasherOptions> options) : IPasswordHasher<Account>
{
    private readonly PasswordHasher<Account> today = new(options);
    private readonly int iterations = options.Value.IterationCount;

    public string HashPassword(Account user, string password) => today.HashPassword(user, password);

    public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
    {
        var (verdict, cost) = Verify(user, hashedPassword, providedPassword);
        if (iterations - cost is > 0 and var left)
        {
            Work((int)left, providedPassword);
        }

        return verdict;
    }

    private (PasswordVerificationResult Verdict, long Cost) Verify(Account user, string stored, string password) =>
        ForeignHash.Read(stored) is { } foreign ? (foreign.Verify(password) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed, foreign.Cost)
        : IdentityBlob.Read(stored) is { } blob ? (today.VerifyHashedPassword(user, stored, password), blob.Cost)
        // Damaged: nobody's password.
        : (PasswordVerificationResult.Failed, 0);

    private static void Work(int rounds, string password)
    {
        Span<byte> unused = stackalloc byte[32];
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), "a salt of nobody"u8, unused, rounds, HashAlgorithmName.SHA512);
    }
}
