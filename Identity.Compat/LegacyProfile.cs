using System.Text.Json;

namespace Identity.Compat;

/// <summary>Reads what an API keeps of an account beside the claims. A value of another JSON type than the API's own counts as absent, so no client ever meets one.</summary>
internal static class LegacyProfile
{
    public static string? Text(this LegacyMember member, string name) =>
        Find(member, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Integer(this LegacyMember member, string name) =>
        Find(member, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    private static JsonElement? Find(LegacyMember member, string name) =>
        member.Profile.ValueKind == JsonValueKind.Object && member.Profile.TryGetProperty(name, out var value) ? value : null;
}
