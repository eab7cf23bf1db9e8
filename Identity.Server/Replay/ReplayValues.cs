using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Identity.Server.Replay;

/// <summary>
/// What stands for a secret in a recording: <c>{{password}}</c> is given by the operator and is the same for both servers;
/// <c>{refresh_token}</c>, <c>{refresh_token_2}</c> is what that one server answered before.
/// </summary>
internal sealed partial class ReplayValues(IReadOnlyDictionary<string, string> given)
{
    private readonly Dictionary<string, List<string>> answered = new(StringComparer.Ordinal);

    /// <summary>The names of given values that a recording needs.</summary>
    public static IEnumerable<string> Needed(RecordedTraffic traffic) =>
        traffic.Exchanges.SelectMany(exchange => Given().Matches(exchange.Asked)).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal);

    /// <summary>Remembers the texts of an answer, under the names that a recording has for them.</summary>
    public void Learn(string body)
    {
        try
        {
            Learn(JsonElement.Parse(body));
        }
        catch (JsonException)
        {
            // Nothing to learn.
        }
    }

    /// <summary>An answer with the given values taken out of its texts, since errors are shown and may repeat what they were sent.</summary>
    public string Hide(string body) => Literal().Replace(body, literal => TextOf(literal.Value) is { } text && given.Any(pair => Repeats(text, pair.Value))
        ? $"\"{JsonEncodedText.Encode(given.Where(pair => pair.Value.Length > 0).Aggregate(text, (left, pair) => left.Replace(pair.Value, $"{{{{{pair.Key}}}}}", StringComparison.Ordinal)), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
        : literal.Value);

    /// <summary>Fills in the head of a request.</summary>
    public string FillHead(string head) => Fill(head, text => text.ReplaceLineEndings(""));

    /// <summary>Fills in a body, escaped as its kind asks for.</summary>
    public string FillBody(string body, string? contentType) => Fill(body, contentType switch
    {
        { } type when type.Contains("json", StringComparison.OrdinalIgnoreCase) => text => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        { } type when type.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) => Uri.EscapeDataString,
        _ => text => text,
    });

    private string Fill(string text, Func<string, string> escape) => Answered().Replace(
        Given().Replace(text, match => given.TryGetValue(match.Groups["name"].Value, out var value) ? escape(value) : match.Value),
        match => answered.TryGetValue(match.Groups["name"].Value, out var values)
            && (match.Groups["number"] is { Success: true } number && int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 1) is var at && at >= 1 && at <= values.Count
            ? escape(values[at - 1])
            : match.Value);

    private static bool Repeats(string text, string value) => value.Length > 0 && text.Contains(value, StringComparison.Ordinal);

    // Two servers may escape one text in two ways.
    private static string? TextOf(string literal)
    {
        try
        {
            return JsonElement.Parse(literal).GetString();
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Learn(JsonElement json)
    {
        foreach (var member in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().ToList() : [])
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
                var known = answered.TryGetValue(name, out var values) ? values : answered[name] = [];
                if (!known.Contains(member.Value.GetString()!, StringComparer.Ordinal))
                {
                    known.Add(member.Value.GetString()!);
                }
            }

            Learn(member.Value);
        }
    }

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""", RegexOptions.None, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{\{(?<name>[A-Za-z][A-Za-z0-9_]{0,63})\}\}", RegexOptions.None, 1000)]
    private static partial Regex Given();

    [GeneratedRegex(@"\{(?<name>[a-z]+(?:_[a-z]+)*)(?:_(?<number>\d{1,4}))?\}", RegexOptions.None, 1000)]
    private static partial Regex Answered();
}
