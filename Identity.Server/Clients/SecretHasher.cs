using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Clients;

/// <summary>Client secrets at rest: SHA-256, because a generated secret has 256 bits of its own and a slow hash would only slow the server.</summary>
internal static class SecretHasher
{
    public static string Hash(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares with every secret of the client, in the same time whichever fits.</summary>
    public static bool Matches(RegisteredClient client, string presented, DateTimeOffset now)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);
        var matches = false;
        foreach (var (expected, expiresAt) in client.Secrets)
        {
            matches |= CryptographicOperations.FixedTimeEquals(expected, hash) & now.ToUnixTimeSeconds() < expiresAt;
        }

        return matches;
    }
}
