using System.Text.Json.Serialization;

namespace Identity.OpenId.Keys;

/// <summary>A public key as the key set shows it, RFC 7517 §4 with RFC 7518 §6.2 and §6.3.</summary>
public sealed record PublicKey
{
    [JsonPropertyName("kty")]
    public required string KeyType { get; init; }

    [JsonPropertyName("use")]
    public string Use { get; init; } = "sig";

    [JsonPropertyName("kid")]
    public required string KeyId { get; init; }

    [JsonPropertyName("alg")]
    public required string Algorithm { get; init; }

    [JsonPropertyName("crv")]
    public string? Curve { get; init; }

    [JsonPropertyName("x")]
    public string? X { get; init; }

    [JsonPropertyName("y")]
    public string? Y { get; init; }

    [JsonPropertyName("n")]
    public string? Modulus { get; init; }

    [JsonPropertyName("e")]
    public string? Exponent { get; init; }
}

/// <summary>RFC 7517 §5.</summary>
public sealed record JwksDocument(IReadOnlyList<PublicKey> Keys);
