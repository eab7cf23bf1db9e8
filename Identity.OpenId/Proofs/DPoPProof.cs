using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Proofs;

/// <summary>A proof that whoever sends a request holds a key, RFC 9449 §4; read, but not yet used up.</summary>
/// <param name="Thumbprint">Of the key, RFC 7638.</param>
/// <param name="Id">Its <c>jti</c>; good once.</param>
/// <param name="IssuedAt">By the sender's clock.</param>
/// <param name="Nonce">The one of ours that it answers.</param>
public sealed record DPoPProof(string Thumbprint, string Id, DateTimeOffset IssuedAt, string? Nonce)
{
    /// <summary>The JOSE header type, §4.2.</summary>
    public const string Type = "dpop+jwt";

    /// <summary>Longer ones are nobody's.</summary>
    public const int MaxLength = 4096;

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8 };

    /// <summary>How far the sender's clock may be from ours, in either direction (§11.1).</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(60);

    /// <summary>§5.1, RFC 7518 §3.1: asymmetric ones, and no weaker padding.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["ES256", "PS256"];

    /// <summary>§4.3, all but the nonce and the replay, which take a memory. Null when anything is wrong.</summary>
    /// <param name="proof">The DPoP header field.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="url">Of the request, without query.</param>
    /// <param name="accessToken">The token that came along, at a protected resource.</param>
    /// <param name="now">The present.</param>
    public static DPoPProof? Read(string proof, string method, string url, string? accessToken, DateTimeOffset now)
    {
        try
        {
            return proof.Length <= MaxLength && proof.Split('.') is [var head, var body, var signature]
                ? Read(head, body, Base64Url.DecodeFromChars(signature), method, url, accessToken, now)
                : null;
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The <c>ath</c> of a token, §4.2.</summary>
    public static string HashOf(string accessToken) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));

    /// <summary>Whether a text can be the thumbprint of a key.</summary>
    public static bool IsThumbprint(string text) => Handle.IsWellFormed(text);

    private static DPoPProof? Read(string head, string body, byte[] signature, string method, string url, string? accessToken, DateTimeOffset now)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(head), Shallow);
        var jose = header.RootElement;
        if (jose.ValueKind != JsonValueKind.Object || jose.Text("typ") is not Type || jose.Text("alg") is not { } algorithm
            || jose.TryGetProperty("crit", out _) || !jose.TryGetProperty("jwk", out var jwk)
            || ProofKey.Read(jwk, algorithm) is not { } key || !key.Verifies(Encoding.ASCII.GetBytes($"{head}.{body}"), signature))
        {
            return null;
        }

        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(body), Shallow);
        var claims = payload.RootElement;
        return claims.ValueKind == JsonValueKind.Object
            && claims.Text("jti") is { Length: > 0 and <= 256 } id
            && string.Equals(claims.Text("htm"), method, StringComparison.Ordinal)
            && IsSame(claims.Text("htu"), url)
            && claims.Instant("iat") is { } issuedAt && issuedAt >= now - Window && issuedAt <= now + Window
            && (accessToken is null || string.Equals(claims.Text("ath"), HashOf(accessToken), StringComparison.Ordinal))
            ? new(key.Thumbprint, id, issuedAt, claims.Text("nonce"))
            : null;
    }

    // §4.3: compared after the normalisation of RFC 3986 §6.2.2 and §6.2.3, without query and fragment.
    private static bool IsSame(string? claimed, string url) =>
        claimed is { Length: <= 2048 } && claimed.All(c => c is > ' ' and < '\x7F' and not '\\')
        && Uri.TryCreate(claimed, UriKind.Absolute, out var one) && Uri.TryCreate(url, UriKind.Absolute, out var other)
        && one.UserInfo.Length == 0 && one.Scheme is "https" or "http"
        && string.Equals(Normal(one), Normal(other), StringComparison.Ordinal);

    private static string Normal(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
