using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Compat;

/// <summary>
/// Writes text as the old servers did: <c>+</c>, Chinese and emoji as they are. The framework's relaxed encoder
/// does so up to U+FFFF only and would write an emoji as two escapes.
/// </summary>
internal sealed class LegacyText : JsonConverter<string>
{
    // These answers are JSON by their content type and never part of a page, so nothing needs escaping for HTML.
    private static readonly JavaScriptEncoder Relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (!value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            writer.WriteStringValue(JsonEncodedText.Encode(value, Relaxed));
            return;
        }

        var quoted = new StringBuilder(value.Length + 2).Append('"');
        // An unpaired surrogate is enumerated as U+FFFD, so the bytes are UTF-8 whatever the text.
        foreach (var rune in value.EnumerateRunes())
        {
            quoted.Append(rune.IsBmp ? Relaxed.Encode(rune.ToString()) : rune.ToString());
        }

        writer.WriteRawValue(quoted.Append('"').ToString(), skipInputValidation: true);
    }
}
