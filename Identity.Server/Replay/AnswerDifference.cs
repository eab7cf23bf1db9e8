using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Identity.Server.Replay;

/// <summary>
/// Two answers, and what a client could tell them apart by: status, the headers that matter, names, order and types of the
/// JSON, and the values that are no tokens, clocks or numbers of people. A value is never shown unless it is a number, a
/// truth value or an error's own words.
/// </summary>
internal static partial class AnswerDifference
{
    private const int MaxShown = 200;

    private static readonly string[] Headers =
    [
        "Content-Type", "WWW-Authenticate", "Location", "Retry-After", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Allow-Credentials",
        "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Set-Cookie",
    ];

    public static IEnumerable<string> Of(ReplayAnswer old, ReplayAnswer now)
    {
        if (old.Status != now.Status)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"status: old {old.Status}, new {now.Status}");
        }

        foreach (var name in Headers)
        {
            var (before, after) = (Essence(name, old), Essence(name, now));
            if (!string.Equals(before, after, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"header {name}: old {before ?? "absent"}, new {after ?? "absent"}";
            }
        }

        foreach (var difference in (Parse(old.Body), Parse(now.Body)) switch
        {
            ({ } before, { } after) => Of("$", before, after),
            ({ }, null) => ["body: old JSON, new none"],
            (null, { }) => ["body: old no JSON, new JSON"],
            _ => string.Equals(old.Body.Trim(), now.Body.Trim(), StringComparison.Ordinal) ? [] : ["body: the texts differ, and neither is JSON"],
        })
        {
            yield return difference;
        }
    }

    private static IEnumerable<string> Of(string path, JsonElement old, JsonElement now)
    {
        if (!string.Equals(TypeOf(old), TypeOf(now), StringComparison.Ordinal))
        {
            return [$"{path}: old {TypeOf(old)}, new {TypeOf(now)}"];
        }

        return old.ValueKind switch
        {
            JsonValueKind.Object => OfObjects(path, old, now),
            JsonValueKind.Array => OfArrays(path, old, now),
            _ => OfValues(path, old, now),
        };
    }

    private static IEnumerable<string> OfObjects(string path, JsonElement old, JsonElement now)
    {
        var (before, after) = (Names(old), Names(now));
        foreach (var name in before.Except(after, StringComparer.Ordinal))
        {
            yield return $"{path}.{name}: missing in new";
        }

        foreach (var name in after.Except(before, StringComparer.Ordinal))
        {
            yield return $"{path}.{name}: missing in old";
        }

        var common = before.Intersect(after, StringComparer.Ordinal).ToList();
        if (!common.SequenceEqual(after.Intersect(before, StringComparer.Ordinal), StringComparer.Ordinal))
        {
            // Some clients split the text at commas.
            yield return $"{path}: the names stand in another order";
        }

        foreach (var difference in common.SelectMany(name => Of($"{path}.{name}", old.GetProperty(name), now.GetProperty(name))))
        {
            yield return difference;
        }
    }

    private static IEnumerable<string> OfArrays(string path, JsonElement old, JsonElement now)
    {
        if (old.GetArrayLength() != now.GetArrayLength())
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{path}: old has {old.GetArrayLength()} items, new {now.GetArrayLength()}");
        }

        foreach (var difference in old.EnumerateArray().Zip(now.EnumerateArray()).SelectMany((pair, i) => Of(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), pair.First, pair.Second)))
        {
            yield return difference;
        }
    }

    private static IEnumerable<string> OfValues(string path, JsonElement old, JsonElement now)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        if (Passing().IsMatch(name) || string.Equals(old.ToString(), now.ToString(), StringComparison.Ordinal))
        {
            return [];
        }

        return [old.ValueKind != JsonValueKind.String || Words().IsMatch(name) ? $"{path}: old {Shown(old)}, new {Shown(now)}" : $"{path}: the values differ"];
    }

    private static List<string> Names(JsonElement json) => [.. json.EnumerateObject().Select(member => member.Name).Distinct(StringComparer.Ordinal)];

    private static string TypeOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.TryGetInt64(out _) ? "whole number" : "number",
        JsonValueKind.True or JsonValueKind.False => "truth value",
        JsonValueKind.String => "text",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private static string Shown(JsonElement json) => json.GetRawText() is { Length: > MaxShown } text ? $"{text[..MaxShown]}..." : json.GetRawText();

    private static JsonElement? Parse(string body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // What of a header a client acts on: of a cookie its name, of a challenge its scheme, of a content type no spaces.
    private static string? Essence(string name, ReplayAnswer answer) => !answer.Headers.TryGetValue(name, out var value) ? null : name switch
    {
        "Content-Type" => value.Replace(" ", "", StringComparison.Ordinal),
        "Set-Cookie" => value.Split('=')[0],
        "WWW-Authenticate" => value.Split(' ')[0],
        "Location" => value.Split('?', '#')[0],
        _ => value,
    };

    // Tokens, clocks, numbers of people, and what a visit changes. RageFrame's expiration_time is a length of time, the same for all.
    [GeneratedRegex("^(?!expiration_time$).*([tT]oken|_id|ID|Id|_time|Time|_at|_ip|IP)$|^(id|jti|sid|sub|kid|timestamp|updated|append|visit_count|accessExpire|refreshAfter|exp|iat|ApiKeyExpire)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Passing();

    // What errors say.
    [GeneratedRegex("^(message|msg|error|error_description)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}
