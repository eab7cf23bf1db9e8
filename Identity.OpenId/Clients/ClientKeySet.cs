using System.Text.Json;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Clients;

/// <summary>What a client's key set must be like, RFC 7591 §2.</summary>
internal static class ClientKeySet
{
    private static readonly string[] PrivateParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    public static bool HasPrivateParts(JsonElement key) => Array.Exists(PrivateParts, part => key.TryGetProperty(part, out _));

    /// <summary>FAPI 2.0 Security Profile §5.4: keys of a set that <see cref="IsPublic"/>.</summary>
    public static bool IsStrong(JsonElement jwks) => jwks.GetProperty("keys").EnumerateArray().All(key =>
        key.Text("kty") is "EC" ? key.Text("crv") is "P-256" : key.Text("n") is { Length: >= 342 });

    public static bool IsPublic(JsonElement jwks) =>
        jwks.ValueKind == JsonValueKind.Object && jwks.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() > 0
        && keys.EnumerateArray().All(key => key.ValueKind == JsonValueKind.Object && key.Text("kty") is "RSA" or "EC" && !HasPrivateParts(key));
}
