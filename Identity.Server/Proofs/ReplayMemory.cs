using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Proofs;

/// <summary>Remembers proofs until they expire, so that each is used once: one insert, whose rows-affected is the verdict.</summary>
internal sealed class ReplayMemory(IdentityStore store)
{
    public async Task<bool> UseAsync(string kind, string owner, string id, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var (key, until) = (Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{owner}\n{id}"))), expiresAt.ToUnixTimeMilliseconds());
        return await store.WriteAsync(
            db => db.Database.ExecuteSqlAsync($"INSERT INTO used_proofs (key, expires_at) VALUES ({key}, {until}) ON CONFLICT DO NOTHING", cancellationToken), cancellationToken) == 1;
    }
}
