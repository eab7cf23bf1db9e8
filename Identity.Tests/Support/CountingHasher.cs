using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Support;

/// <summary>The server's own hasher, and how often it was asked.</summary>
internal sealed class CountingHasher(IOptions<PasswordHasherOptions> options) : IPasswordHasher<Account>
{
    private readonly PasswordHasher<Account> hasher = new(options);
    private int verified;
    private int hashed;

    public int Verified => Volatile.Read(ref verified);

    public int Hashed => Volatile.Read(ref hashed);

    public string HashPassword(Account user, string password)
    {
        Interlocked.Increment(ref hashed);
        return hasher.HashPassword(user, password);
    }

    public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
    {
        Interlocked.Increment(ref verified);
        return hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
