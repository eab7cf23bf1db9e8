using System.Globalization;
using System.Text.Json;

namespace Identity.Server.Commands;

/// <summary>A line of the audit trail as <c>identity audit tail --json</c> printed it.</summary>
/// <param name="At">When it happened.</param>
/// <param name="EventId">See docs/operations.md.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="ClientId">The client that took part.</param>
/// <param name="Detail">What else the event names.</param>
internal sealed record TrailLine(DateTimeOffset At, int EventId, string? Subject, string? ClientId, IReadOnlyDictionary<string, string> Detail)
{
    /// <returns>Null for a line that is none of the trail's.</returns>
    public static TrailLine? Read(string line)
    {
        try
        {
            var json = JsonElement.Parse(line);
            return new(
                DateTimeOffset.Parse(json.GetProperty("at").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                json.GetProperty("event").GetInt32(),
                Text(json, "subject"),
                Text(json, "client_id"),
                json.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.Object
                    ? detail.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String).ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
                    : new Dictionary<string, string>(StringComparer.Ordinal));
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What the event names under <paramref name="name"/>; empty when nothing.</summary>
    public string Of(string name) => Detail.GetValueOrDefault(name, "");

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
