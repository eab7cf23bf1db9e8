using System.Text.Json.Serialization;

namespace Identity.Compat.NleCloud;

/// <summary>NLECloud's answer. The HTTP status is 200 whatever happened; clients look at <c>Status</c>.</summary>
/// <param name="ResultObj">Null unless the call succeeded.</param>
/// <param name="Status">0 success, 1 failure, 2 fault of the server.</param>
/// <param name="StatusCode">0 on success; otherwise this server follows the HTTP codes.</param>
/// <param name="Msg">For people, in Chinese; null on success, which some clients test.</param>
/// <param name="ErrorObj">Always null: the one value that every client can read.</param>
internal sealed record Envelope<T>(T? ResultObj, int Status, int StatusCode, string? Msg, string? ErrorObj = null)
    where T : class;

/// <summary>The same for a call that has no result to show: the document's answer has no such member.</summary>
internal sealed record BareEnvelope(int Status, int StatusCode, string? Msg, string? ErrorObj = null);

internal static class Envelope
{
    /// <summary>A write that succeeded.</summary>
    public static LegacyAnswer Done { get; } = LegacyAnswer.Of(200, new(0, 0, null), NleCloudJson.Default.BareEnvelope, outcome: 0);

    public static LegacyAnswer Success(Profile profile) => LegacyAnswer.Of(200, new(profile, 0, 0, null), NleCloudJson.Default.EnvelopeProfile, outcome: 0);

    public static LegacyAnswer Success(ApiKeyProfile profile) => LegacyAnswer.Of(200, new(profile, 0, 0, null), NleCloudJson.Default.EnvelopeApiKeyProfile, outcome: 0);

    public static LegacyAnswer Failure(int statusCode, string msg) => Answer(1, statusCode, msg);

    public static LegacyAnswer Fault(int statusCode, string msg) => Answer(2, statusCode, msg);

    private static LegacyAnswer Answer(int status, int statusCode, string msg) =>
        LegacyAnswer.Of(200, new(null, status, statusCode, msg), NleCloudJson.Default.EnvelopeProfile, outcome: statusCode);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, Converters = [typeof(LegacyText)])]
[JsonSerializable(typeof(Envelope<Profile>))]
[JsonSerializable(typeof(Envelope<ApiKeyProfile>))]
[JsonSerializable(typeof(BareEnvelope))]
internal sealed partial class NleCloudJson : JsonSerializerContext;
