using System.Buffers.Text;
using System.Text.Json;

namespace Identity.Tests.Support;

/// <summary>Looks into a JWT without believing it.</summary>
internal static class Jwt
{
    public static JsonElement Header(string token) => Part(token, 0);

    public static JsonElement Payload(string token) => Part(token, 1);

    private static JsonElement Part(string token, int index) => JsonElement.Parse(Base64Url.DecodeFromChars(token.Split('.')[index]));
}
