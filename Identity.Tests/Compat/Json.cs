using System.Text;
using System.Text.Json;
using Identity.Compat;

namespace Identity.Tests.Compat;

/// <summary>The bytes of an answer as text, and profiles from text.</summary>
internal static class Json
{
    public static string Text(this LegacyAnswer answer) => Encoding.UTF8.GetString(answer.Json.Span);

    public static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;
}
