using System.Security.Cryptography;
using System.Text;
using Identity.OpenId.Token;
using Identity.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Keys;

/// <summary>The random roots under the master key. MAC and lookup keys are derived from them, so that a copied database recognises and forges nothing.</summary>
internal sealed class RootKeys(IdentityStore store, MasterKey master, TimeProvider clock)
{
    private const string Purpose = "root key";

    private IReadOnlyDictionary<int, byte[]> roots = new Dictionary<int, byte[]>();

    /// <summary>The root that new families use.</summary>
    public int Newest => roots.Keys.Max();

    /// <summary>Reads the roots; the first start makes the first one.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var wrapped = master.Wrap(Purpose, RandomNumberGenerator.GetBytes(MasterKey.Size));
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = await store.WriteAsync(
            async db =>
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO root_keys (id, wrapped, created_at) SELECT 1, {wrapped}, {now} WHERE NOT EXISTS (SELECT 1 FROM root_keys) ON CONFLICT DO NOTHING", cancellationToken);
                return await db.RootKeys.AsNoTracking().ToListAsync(cancellationToken);
            },
            cancellationToken);
        roots = rows.ToDictionary(row => row.Id, row => master.Unwrap(Purpose, row.Wrapped));
    }

    /// <summary>The MAC key of one refresh family; null for a root that this server never had.</summary>
    public byte[]? FamilyKey(int root, ReadOnlySpan<byte> salt) =>
        roots.TryGetValue(root, out var secret) ? RefreshToken.FamilyKey(secret, salt) : null;

    /// <summary>A keyed name for something that must be found again but not read: a sign-in name in the throttle, a mailbox.</summary>
    public string Lookup(string purpose, string text) =>
        System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(LookupKey(purpose), Encoding.UTF8.GetBytes(text)));

    /// <summary>The key of pairwise subjects, which clients keep for ever.</summary>
    public byte[] SubjectKey => LookupKey("pairwise subject");

    /// <summary>Seals what the server must be able to read again. The root that did it stands in front, so that a new root leaves old texts readable.</summary>
    /// <param name="purpose">Bound into the key.</param>
    /// <param name="text">What a copied database must not show.</param>
    /// <param name="owner">The row that it belongs to; moved to another, it opens no more.</param>
    public byte[] Seal(string purpose, string text, int owner) =>
        [(byte)Newest, .. SealedBox.Seal(SealKey(Newest, purpose), Encoding.UTF8.GetBytes(text), BitConverter.GetBytes(owner))];

    /// <exception cref="CryptographicException">It was sealed for another purpose, owner or server, or was changed since.</exception>
    public string Unseal(string purpose, ReadOnlySpan<byte> box, int owner) => box.Length > 0 && roots.ContainsKey(box[0])
        ? Encoding.UTF8.GetString(SealedBox.Open(SealKey(box[0], purpose), box[1..], BitConverter.GetBytes(owner)))
        : throw new CryptographicException("The text was sealed with a root that this server does not have.");

    private byte[] SealKey(int root, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, roots[root], MasterKey.Size, info: Encoding.UTF8.GetBytes($"seal {purpose}"));

    // The first root, for ever: a lookup must give tomorrow what it gave yesterday.
    private byte[] LookupKey(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, roots[1], 32, info: Encoding.UTF8.GetBytes($"lookup {purpose}"));
}
