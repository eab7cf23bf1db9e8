using System.Text.Json.Serialization;

namespace Identity.Compat.RageFrame;

/// <summary>RageFrame's answer. The HTTP status is 200 whatever happened; clients look at <c>code</c>.</summary>
/// <param name="Code">200, or what went wrong as an HTTP code.</param>
/// <param name="Message">For people, except on success and for a fault.</param>
/// <param name="Data">What the code calls for.</param>
internal sealed record Envelope<T>(int Code, string Message, T Data);

/// <param name="RefreshToken">Null when the operator took the refresh grant from the API's client.</param>
/// <param name="AccessToken">Opaque to the client.</param>
/// <param name="ExpirationTime">Lifetime of the access token in seconds.</param>
/// <param name="Member">The account after this visit.</param>
internal sealed record Session(string? RefreshToken, string AccessToken, long ExpirationTime, Profile Member)
{
    public override string ToString() => nameof(Session);
}

/// <summary>How the original's framework shows an HTTP exception.</summary>
/// <param name="Name">The reason phrase.</param>
/// <param name="Message">As in the envelope.</param>
/// <param name="Code">Always 0.</param>
/// <param name="Status">As in the envelope.</param>
internal sealed record HttpFailure(string Name, string Message, int Code, int Status);

internal static class Envelope
{
    public static LegacyAnswer Success(LegacySession session)
    {
        var tokens = session.Tokens;
        var data = new Session(tokens.RefreshToken, tokens.AccessToken, tokens.ExpiresIn, Profile.Of(session.Member));
        return LegacyAnswer.Of(200, new(200, "OK", data), RageFrameJson.Default.EnvelopeSession, outcome: 200);
    }

    /// <summary>A field that the form rules refused.</summary>
    public static LegacyAnswer Invalid(string message) => LegacyAnswer.Of(200, new(422, message, []), RageFrameJson.Default.EnvelopeStringArray, outcome: 422);

    public static LegacyAnswer Failure(int code, string name, string message) =>
        LegacyAnswer.Of(200, new(code, message, new(name, message, 0, code)), RageFrameJson.Default.EnvelopeHttpFailure, outcome: code);

    public static LegacyAnswer Fault(string message, string data) => LegacyAnswer.Of(200, new(500, message, data), RageFrameJson.Default.EnvelopeString, outcome: 500);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(LegacyText)])]
[JsonSerializable(typeof(Envelope<Session>))]
[JsonSerializable(typeof(Envelope<HttpFailure>))]
[JsonSerializable(typeof(Envelope<string[]>))]
[JsonSerializable(typeof(Envelope<string>))]
internal sealed partial class RageFrameJson : JsonSerializerContext;
