using System.Text.Json;
using System.Text.Unicode;

namespace Identity.Compat;

/// <summary>The members of a JSON object.</summary>
internal static class JsonBody
{
    /// <summary>Null when the octets are not one JSON object in UTF-8.</summary>
    public static IReadOnlyList<KeyValuePair<string, LegacyField>>? Parse(ReadOnlyMemory<byte> octets)
    {
        // .NET clients that write through a StreamWriter put a byte order mark first.
        var json = octets.Span.StartsWith("\uFEFF"u8) ? octets[3..] : octets;

        // JSON's own grammar refuses the other control characters.
        if (!Utf8.IsValid(json.Span) || json.Span.Contains((byte)0x7F))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            // A NUL comes through as an escape. No client means one, and PostgreSQL has no text with it.
            List<KeyValuePair<string, LegacyField>> members = [.. document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, FieldOf(member.Value)))];
            return members.Exists(member => member.Value.Value?.Contains('\0', StringComparison.Ordinal) == true) ? null : members;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The second is how the framework says that an escape is half a surrogate pair.
            return null;
        }
    }

    private static LegacyField FieldOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new(FieldKind.Text, value.GetString()),
        JsonValueKind.Number => new(FieldKind.Number, value.GetRawText()),
        JsonValueKind.True => new(FieldKind.True),
        JsonValueKind.False => new(FieldKind.False),
        JsonValueKind.Null => new(FieldKind.Null),
        _ => new(FieldKind.Other),
    };
}
