using System.Security.Cryptography;
using Identity.OpenId.Keys;
using Identity.OpenId.Tokens;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Keys;

/// <summary>Signing keys: loaded once, judged by <see cref="KeyRing"/> at each use, made when one is owed.</summary>
internal sealed class SigningKeys(IdentityStore store, MasterKey master, KeysOptions options, TimeProvider clock, ILogger<SigningKeys> logger)
{
    private const string Purpose = "signing key";

    /// <summary>Whether something can be signed now, with every algorithm.</summary>
    public bool Loaded => Array.TrueForAll([.. Algorithms], algorithm => KeyRing.Signing(ring, algorithm, clock.GetUtcNow()) is not null);

    /// <summary>Since when the signing key of each algorithm signs.</summary>
    public IEnumerable<(string Algorithm, TimeSpan Age)> Ages()
    {
        var now = clock.GetUtcNow();
        return Algorithms.Select(algorithm => KeyRing.Signing(ring, algorithm, now)).OfType<RingKey>().Select(key => (key.Algorithm, now - key.SignsFrom));
    }

    private Dictionary<string, LoadedKey> keys = new(StringComparer.Ordinal);
    private IReadOnlyList<RingKey> ring = [];

    /// <summary>JWA names (RFC 7518 §3.1) of what this server signs with.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];

    public TokenSigner Signer(string algorithm) =>
        KeyRing.Signing(ring, algorithm, clock.GetUtcNow()) is { } key ? keys[key.KeyId].Signer : throw new InvalidOperationException("The signing keys are not loaded yet.");

    /// <summary>What the key set shows now.</summary>
    public IReadOnlyList<PublicKey> Published() => [.. KeyRing.Published(ring, options.Policy, clock.GetUtcNow()).Select(key => keys[key.KeyId].Public)];

    /// <summary>Another object each time that keys were loaded: what was concluded from the earlier ones need not hold any more.</summary>
    public object Loading => ring;

    /// <summary>What our own endpoints verify with now.</summary>
    public IEnumerable<SecurityKey> Verifying() => KeyRing.Published(ring, options.Policy, clock.GetUtcNow()).Select(key => keys[key.KeyId].Verifier);

    /// <summary>What an id_token_hint may be signed with: the published keys, and those that retired in the last 90 days.</summary>
    public IEnumerable<SecurityKey> Hinting() =>
        KeyRing.Published(ring, options.Policy with { Retire = options.Policy.Retire + TimeSpan.FromDays(90) }, clock.GetUtcNow()).Select(key => keys[key.KeyId].Verifier);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(db => db.SigningKeys.AsNoTracking().ToListAsync(cancellationToken), cancellationToken);
        var before = keys;
        keys = rows.ToDictionary(row => row.Kid, row => before.TryGetValue(row.Kid, out var loaded) ? loaded : LoadedKey.Of(row, master.Unwrap(Purpose, row.Wrapped)), StringComparer.Ordinal);
        ring = [.. rows.Select(row => new RingKey(row.Kid, row.Algorithm, row.Sequence, row.AnnouncedAt, row.SignsFrom))];
    }

    /// <summary>Makes each key that is owed. Every node may run it at any time: the sequence is unique, so the first insert wins and the others load it.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var made = false;
        foreach (var owed in Algorithms.Select(algorithm => KeyRing.Owed(ring, algorithm, options.Policy, now)).OfType<OwedKey>())
        {
            made |= await MakeAsync(owed, now, cancellationToken);
        }

        if (made || ring.Count < Algorithms.Count)
        {
            await LoadAsync(cancellationToken);
        }
    }

    /// <summary>Makes the next key of each algorithm before its time; false when it is announced already and may not overtake.</summary>
    /// <param name="now">Whether the new keys sign at once, unannounced: for keys that others know.</param>
    /// <param name="cancellationToken">The operator's.</param>
    public async Task<bool> HastenAsync(bool now, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        var instant = clock.GetUtcNow();
        var made = false;
        foreach (var algorithm in Algorithms)
        {
            var newest = ring.Where(key => string.Equals(key.Algorithm, algorithm, StringComparison.Ordinal)).MaxBy(key => key.Sequence);
            if (newest is null || newest.SignsFrom <= instant || now)
            {
                made |= await MakeAsync(new(algorithm, (newest?.Sequence ?? 0) + 1, now || newest is null ? instant : instant + options.Announce), instant, cancellationToken);
            }
        }

        await LoadAsync(cancellationToken);
        return made;
    }

    /// <summary>Every key, oldest first, and what it does now.</summary>
    public IReadOnlyList<(RingKey Key, string State)> Describe()
    {
        var now = clock.GetUtcNow();
        var published = KeyRing.Published(ring, options.Policy, now);
        return
        [
            .. ring.OrderBy(key => key.Algorithm, StringComparer.Ordinal).ThenBy(key => key.Sequence).Select(key => (key,
                key == KeyRing.Signing(ring, key.Algorithm, now) ? "signing" : key.SignsFrom > now ? "announced" : published.Contains(key) ? "retiring" : "retired")),
        ];
    }

    private async Task<bool> MakeAsync(OwedKey owed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (kid, pkcs8) = LoadedKey.Generate(owed.Algorithm);
        var wrapped = master.Wrap(Purpose, pkcs8);
        var (announcedAt, signsFrom) = (now.ToUnixTimeMilliseconds(), owed.SignsFrom.ToUnixTimeMilliseconds());
        var inserted = await store.TransactAsync(
            async db =>
            {
                var rows = await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO signing_keys (kid, algorithm, sequence, announced_at, signs_from, wrapped) VALUES ({kid}, {owed.Algorithm}, {owed.Sequence}, {announcedAt}, {signsFrom}, {wrapped}) ON CONFLICT DO NOTHING",
                    cancellationToken);
                await db.BumpAsync(ChangeRow.Keys, cancellationToken);
                return (rows == 1, rows == 1);
            },
            cancellationToken);
        if (inserted)
        {
            AuditLog.KeyMade(logger, kid, owed.Algorithm, owed.SignsFrom);
        }

        return true;
    }

    private sealed record LoadedKey(PublicKey Public, SecurityKey Verifier, TokenSigner Signer)
    {
        public static (string Kid, byte[] Pkcs8) Generate(string algorithm)
        {
            using AsymmetricAlgorithm key = string.Equals(algorithm, SecurityAlgorithms.RsaSha256, StringComparison.Ordinal)
                ? RSA.Create(2048)
                : ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return (Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(12)), key.ExportPkcs8PrivateKey());
        }

        public static LoadedKey Of(SigningKeyRow row, byte[] pkcs8)
        {
            if (string.Equals(row.Algorithm, SecurityAlgorithms.RsaSha256, StringComparison.Ordinal))
            {
                var rsa = RSA.Create();
                rsa.ImportPkcs8PrivateKey(pkcs8, out _);
                var open = rsa.ExportParameters(includePrivateParameters: false);
                var shown = new PublicKey { KeyType = "RSA", KeyId = row.Kid, Algorithm = row.Algorithm, Modulus = Base64UrlEncoder.Encode(open.Modulus), Exponent = Base64UrlEncoder.Encode(open.Exponent) };
                var signing = new RsaSecurityKey(rsa) { KeyId = row.Kid };
                return new(shown, signing, new TokenSigner(signing, row.Algorithm));
            }

            var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
            var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
            var published = new PublicKey { KeyType = "EC", KeyId = row.Kid, Algorithm = row.Algorithm, Curve = "P-256", X = Base64UrlEncoder.Encode(point.X), Y = Base64UrlEncoder.Encode(point.Y) };
            var key = new ECDsaSecurityKey(ecdsa) { KeyId = row.Kid };
            return new(published, key, new TokenSigner(key, row.Algorithm));
        }
    }
}
