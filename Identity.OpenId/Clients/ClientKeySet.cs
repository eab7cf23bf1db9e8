using System.Text.Json;
using Identity.OpenId.Tokens;

namespace Identity.OpenId.Clients;

/// <summary>What a client's key set must be like, RFC 7591 §2.</summary>
internal static class ClientKeySet
{
    private static readonly string[] PrivateParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    public static bool HasPrivateParts(JsonElement key) => Array.Exists(PrivateParts, part => key.TryGetProperty(part, out _));

    public static bool IsPublic(JsonElement jwks) =>
        jwks.ValueKind == JsonValueKind.Object && jwks.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() > 0
        && keys.EnumerateArray().All(key => key.ValueKind == JsonValueKind.Object && key.Text("kty") is "RSA" or "EC" && !HasPrivateParts(key));
}
