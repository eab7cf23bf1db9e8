using System.Text.Json.Serialization;

namespace Identity.Compat.CloudMind;

/// <summary>CloudMind's bodies. It has no envelope in the strict sense: the HTTP status is the result.</summary>
internal static class Envelope
{
    /// <summary>200 with the tokens. The document lets <c>refreshAfter</c> be anything up to <c>accessExpire</c>; half way leaves a client time to sign in again.</summary>
    public static LegacyAnswer Tokens(LegacySession session, ExpiryFormat format)
    {
        var (lifetime, from) = (session.Tokens.ExpiresIn, format == ExpiryFormat.Absolute ? session.IssuedAt.ToUnixTimeSeconds() : 0);
        return LegacyAnswer.Of(200, new Tokens(session.Tokens.AccessToken, from + lifetime, from + (lifetime / 2)), CloudMindJson.Default.Tokens, outcome: 200);
    }

    /// <summary><c>{}</c>.</summary>
    public static LegacyAnswer Empty(int status) => LegacyAnswer.Of(status, new Nothing(), CloudMindJson.Default.Nothing, outcome: status);

    public static LegacyAnswer Failure(int status, int code, string msg) => LegacyAnswer.Of(status, new Failure(code, msg), CloudMindJson.Default.Failure, outcome: code);
}

/// <param name="AccessToken">Opaque to the client.</param>
/// <param name="AccessExpire">Seconds, as <see cref="ExpiryFormat"/> says.</param>
/// <param name="RefreshAfter">Seconds, as <see cref="ExpiryFormat"/> says.</param>
internal sealed record Tokens(string AccessToken, long AccessExpire, long RefreshAfter)
{
    public override string ToString() => nameof(Tokens);
}

internal sealed record Failure(int Code, string Msg);

internal sealed record Nothing;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(LegacyText)])]
[JsonSerializable(typeof(Tokens))]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class CloudMindJson : JsonSerializerContext;
