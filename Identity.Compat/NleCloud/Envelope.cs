using System.Text.Json.Serialization;

namespace Identity.Compat.NleCloud;

/// <summary>NLECloud's answer. The HTTP status is 200 whatever happened; clients look at <c>Status</c>.</summary>
/// <param name="ResultObj">Null unless the call succeeded.</param>
/// <param name="Status">0 success, 1 failure, 2 fault of the server.</param>
/// <param name="StatusCode">0 on success; otherwise this server follows the HTTP codes.</param>
/// <param name="Msg">For people, in Chinese; null on success, which some clients test.</param>
/// <param name="ErrorObj">Always null: the one value that every client can read.</param>
internal sealed record Envelope(Profile? ResultObj, int Status, int StatusCode, string? Msg, string? ErrorObj = null)
{
    public static LegacyAnswer Success(Profile profile) => Answer(new(profile, 0, 0, null));

    public static LegacyAnswer Failure(int statusCode, string msg) => Answer(new(null, 1, statusCode, msg));

    public static LegacyAnswer Fault(int statusCode, string msg) => Answer(new(null, 2, statusCode, msg));

    private static LegacyAnswer Answer(Envelope envelope) => LegacyAnswer.Of(200, envelope, NleCloudJson.Default.Envelope);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, Converters = [typeof(LegacyText)])]
[JsonSerializable(typeof(Envelope))]
internal sealed partial class NleCloudJson : JsonSerializerContext;
