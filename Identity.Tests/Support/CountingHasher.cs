using System.Buffers.Binary;
using Identity.Server.Accounts;
using Identity.Server.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Support;

/// <summary>The server's own hasher, and how often it was asked.</summary>
internal sealed class CountingHasher(IOptions<PasswordHasherOptions> options) : IPasswordHasher<Account>
{
    private readonly AccountPasswordHasher hasher = new(options);
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
        // What is not a hash of today's parameters costs nothing, or something else, and does not count.
        if (IterationsOf(hashedPassword) == options.Value.IterationCount)
        {
            Interlocked.Increment(ref verified);
        }

        return hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }

    // Version 3 of ASP.NET Core Identity: a marker, the function, the iterations, ...
    private static uint IterationsOf(string hash) =>
        !hash.Contains('$') && Convert.FromBase64String(hash) is { Length: > 9 } octets && octets[0] == 1 ? BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(5)) : 0;
}
