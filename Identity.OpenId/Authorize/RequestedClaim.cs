using System.Text.Json;

namespace Identity.OpenId.Authorize;

/// <summary>How one claim is asked for, OpenID Connect Core §5.5.1.</summary>
/// <param name="Essential">Without it the client cannot do what the person wants. Only for <c>acr</c> does that change an answer.</param>
/// <param name="Values">The values that would do, in order of preference; kept for <c>sub</c> and <c>acr</c>, the two that have a rule about them.</param>
public sealed record RequestedClaim(bool Essential, IReadOnlyList<string> Values)
{
    /// <summary>Null when the members have another shape than the standard gives them. Members that it does not know are ignored.</summary>
    internal static RequestedClaim? Read(string name, JsonElement wish, int maxValues)
    {
        if (wish.ValueKind == JsonValueKind.Null)
        {
            return new(false, []);
        }

        if (wish.ValueKind != JsonValueKind.Object
            || (wish.TryGetProperty("essential", out var essential) && essential.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            || (wish.TryGetProperty("values", out var several) && (several.ValueKind != JsonValueKind.Array || several.GetArrayLength() > maxValues)))
        {
            return null;
        }

        IEnumerable<JsonElement> values = wish.TryGetProperty("value", out var one) ? [one] : several.ValueKind == JsonValueKind.Array ? several.EnumerateArray() : [];
        if (name is not ("sub" or "acr"))
        {
            return new(essential.ValueKind == JsonValueKind.True, []);
        }

        return values.All(value => value.ValueKind == JsonValueKind.String)
            ? new(essential.ValueKind == JsonValueKind.True, [.. values.Select(value => value.GetString()!)])
            : null;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        if (!Essential && Values.Count == 0)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        if (Essential)
        {
            writer.WriteBoolean("essential", true);
        }

        if (Values.Count > 0)
        {
            writer.WriteStartArray("values");
            foreach (var value in Values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
