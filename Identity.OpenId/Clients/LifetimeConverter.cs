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
            return TryParseClock(text, out span);
        }

        try
        {
            span = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            span = default;
            return false;
        }
    }

    // Hours are hours, however many: TimeSpan.Parse takes 24:00:00 for 24 days, and 3600 with a space beside it for 3600.
    private static bool TryParseClock(string text, out TimeSpan span)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is > 0 and < 7 && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && TimeSpan.TryParseExact($"00{text[colon..]}", "c", CultureInfo.InvariantCulture, out span))
        {
            span += TimeSpan.FromHours(hours);
            return true;
        }

        span = default;
        return colon > 0 && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out span);
    }
}
