using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Identity.OpenId.Tokens;

/// <summary>The left half of a token's hash, which ties an id_token to what came with it, OpenID Connect Core §3.1.3.6.</summary>
public static class TokenHash
{
    /// <summary><c>at_hash</c> or <c>c_hash</c>: base64url of the left half of SHA-256, the hash of both RS256 and ES256.</summary>
    public static string LeftHalf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)).AsSpan(0, 16));
}
