using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.OpenId.Tokens;

/// <summary>Who acts for the subject of a token, RFC 8693 §4.1, and who did before.</summary>
/// <param name="Subject">The one who acts now.</param>
/// <param name="Before">For whom that one was handed the token; null for the first.</param>
public sealed record Actor([property: JsonPropertyName("sub")] string Subject, [property: JsonPropertyName("act")] Actor? Before)
{
    /// <summary>A token that went through more hands tells nobody anything.</summary>
    public const int MaxHands = 4;

    [JsonIgnore]
    public int Hands => 1 + (Before?.Hands ?? 0);

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("act");
        writer.WriteString("sub", Subject);
        Before?.Write(writer);
        writer.WriteEndObject();
    }

    internal static Actor? Read(JsonElement payload) =>
        payload.TryGetProperty("act", out var act) && act.ValueKind == JsonValueKind.Object && act.Text("sub") is { } subject ? new(subject, Read(act)) : null;
}
