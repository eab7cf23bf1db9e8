using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;

namespace Identity.OpenId.Clients;

/// <summary>A length of time: <c>hh:mm:ss</c>, ISO 8601 (<c>PT1H</c>, <c>P30D</c>) or seconds.</summary>
internal sealed class LifetimeConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out var seconds) => TimeSpan.FromSeconds(seconds),
        JsonTokenType.String when TryParse(reader.GetString()!, out var span) => span,
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("c", CultureInfo.InvariantCulture));

    private static bool TryParse(string text, out TimeSpan span)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            span = TimeSpan.FromSeconds(seconds);
            return true;
        }

        if (!text.StartsWith('P'))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out span);
        }

        try
        {
            span = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (FormatException)
        {
            span = default;
            return false;
        }
    }
}
