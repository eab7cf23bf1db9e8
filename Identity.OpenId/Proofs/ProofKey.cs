using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.OpenId.Clients;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Proofs;

/// <summary>The public key that a proof carries in its own header, RFC 9449 §4.2: P-256 for ES256, RSA of a sane size for PS256.</summary>
internal sealed record ProofKey(string Thumbprint, ECParameters? Point, RSAParameters? Modulus)
{
    private const int CoordinateSize = 32;

    /// <summary>Null for a key of another kind, for one that does not fit the algorithm, and for one that brings private parts along (§4.3).</summary>
    public static ProofKey? Read(JsonElement jwk, string algorithm)
    {
        if (jwk.ValueKind != JsonValueKind.Object || ClientKeySet.HasPrivateParts(jwk))
        {
            return null;
        }

        return (algorithm, jwk.Text("kty")) switch
        {
            ("ES256", "EC") when jwk.Text("crv") is "P-256" && Octets(jwk, "x") is { Length: CoordinateSize } x && Octets(jwk, "y") is { Length: CoordinateSize } y => new(
                Hash($$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(x)}}","y":"{{Base64Url.EncodeToString(y)}}"}"""),
                new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } },
                null),
            // 2048 to 4096 bits: a smaller one proves little, a larger one costs us much.
            ("PS256", "RSA") when Octets(jwk, "n") is { Length: >= 256 and <= 512 } n && n[0] >= 0x80 && Octets(jwk, "e") is { Length: >= 1 and <= 4 } e && e[0] != 0 => new(
                Hash($$"""{"e":"{{Base64Url.EncodeToString(e)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(n)}}"}"""),
                null,
                new RSAParameters { Modulus = n, Exponent = e }),
            _ => null,
        };
    }

    /// <exception cref="CryptographicException">The point is on no curve.</exception>
    public bool Verifies(byte[] signed, byte[] signature)
    {
        if (Point is { } point)
        {
            using var ecdsa = ECDsa.Create(point);
            return ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        using var rsa = RSA.Create(Modulus!.Value);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    private static byte[]? Octets(JsonElement jwk, string name) => jwk.Text(name) is { } text ? Base64Url.DecodeFromChars(text) : null;

    // RFC 7638 §3: the required members in the order of their names.
    private static string Hash(string members) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));
}
