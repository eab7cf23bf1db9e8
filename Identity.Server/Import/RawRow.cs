using System.Globalization;
using System.Text.Json;

namespace Identity.Server.Import;

/// <summary>One record of the file, as it stands there.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Cells">By column; what is empty or null is absent.</param>
/// <param name="Problem">Why it is no record; then there are no cells.</param>
internal sealed record RawRow(int Line, IReadOnlyDictionary<string, Cell> Cells, string? Problem = null)
{
    public static RawRow Broken(int line, string problem) => new(line, new Dictionary<string, Cell>(StringComparer.Ordinal), problem);

    public override string ToString() => nameof(RawRow);
}

/// <summary>A value of the file. JSON has types and CSV has none, so each reader takes what both would write.</summary>
internal readonly record struct Cell(JsonElement Json)
{
    // What a database without a zone wrote in China, as the legacy APIs themselves take it.
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    public string? Text => Json.ValueKind switch
    {
        JsonValueKind.String => Json.GetString(),
        JsonValueKind.Number => Json.GetRawText(),
        _ => null,
    };

    public long? Integer => long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool? Boolean => Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => Text switch
        {
            "1" => true,
            "0" => false,
            { } text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
            { } text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
            _ => null,
        },
    };

    /// <summary>Unix seconds, or ISO 8601; without a zone it is +08:00.</summary>
    public DateTimeOffset? Instant =>
        Integer is { } seconds ? (seconds is >= 0 and <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null)
        : Text is { } text && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? Zoned(time, text)
            : null;

    /// <summary>An object, or text that holds one.</summary>
    public JsonElement? Object
    {
        get
        {
            if (Json.ValueKind == JsonValueKind.Object)
            {
                return Json;
            }

            try
            {
                return Text is { } text && JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 }) is { ValueKind: JsonValueKind.Object } json ? json : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public override string ToString() => nameof(Cell);

    private static DateTimeOffset? Zoned(DateTime time, string text) => time.Kind switch
    {
        DateTimeKind.Utc => new DateTimeOffset(time),
        DateTimeKind.Local => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind).ToUniversalTime(),
        _ when time.Year is > 1 and < 9999 => new DateTimeOffset(time, China).ToUniversalTime(),
        _ => null,
    };
}
