using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.External;

/// <summary>
/// Bodies as the two providers really write them: JSON under text/plain, JSONP under text/html, forms, a charset that is
/// not one, trailing commas, half surrogate pairs in nicknames. The octets are read as UTF-8 whatever the header says.
/// </summary>
internal static partial class ProviderBody
{
    /// <summary>The object in the body, or null when there is none.</summary>
    public static JsonElement? Read(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.UTF8.GetString(octets).Trim('\uFEFF', ' ', '\r', '\n', '\t', '\0');
        if (Callback().Match(text) is { Success: true } padded)
        {
            text = padded.Groups["inner"].Value.Trim();
        }

        return text switch
        {
            ['{', ..] => Json(text),
            ['<', ..] => null,
            _ => text.Contains('=', StringComparison.Ordinal) ? Form(text) : null,
        };
    }

    /// <summary>A text or number as text; null when it is absent, blank or of another kind.</summary>
    public static string? Text(this JsonElement answer, string name) => answer.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;

    /// <summary>A number, as number or text; null when it is absent or 0. What is no number is <see cref="long.MinValue"/>, so that an error of any shape is one.</summary>
    public static long? Number(this JsonElement answer, string name) => answer.Text(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number == 0 ? null : number,
        _ => long.MinValue,
    };

    private static JsonElement? Json(string text)
    {
        // Between tokens a control character is as good as a blank, and inside a text it must not be.
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        try
        {
            using var document = JsonDocument.Parse(LoneSurrogate().Replace(clean, "\\ufffd"), new JsonDocumentOptions { AllowTrailingCommas = true, AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement Form(string text) => JsonSerializer.SerializeToElement(new JsonObject(
        QueryHelpers.ParseQuery(text).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value.ToString())))));

    [GeneratedRegex(@"^[A-Za-z_$][\w.$]*\s*\((?<inner>.*)\)\s*;?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Callback();

    [GeneratedRegex(@"\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LoneSurrogate();
}
