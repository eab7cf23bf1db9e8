using System.Text;
using System.Text.Unicode;
using Identity.OpenId.Parameters;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Identity.Compat;

/// <summary>Why a body has no fields to offer.</summary>
internal enum BodyMistake
{
    None,

    /// <summary>More than <see cref="LegacyBody.MaxLength"/>, or than the server takes at all.</summary>
    TooLarge,

    /// <summary>A content type that the API does not read.</summary>
    UnknownType,
    BadJson,

    /// <summary>Form data, of either encoding, that is not well-formed.</summary>
    BadForm,
}

/// <summary>The fields of one request body, whichever of the encodings in the field it came in.</summary>
internal sealed class LegacyBody
{
    /// <summary>In octets.</summary>
    public const int MaxLength = 64 * 1024;

    private readonly IReadOnlyDictionary<string, LegacyField> fields;

    private LegacyBody(IReadOnlyDictionary<string, LegacyField> fields, BodyMistake mistake = BodyMistake.None) => (this.fields, Mistake) = (fields, mistake);

    public BodyMistake Mistake { get; }

    public LegacyField this[string name] => fields.GetValueOrDefault(name);

    /// <summary>Reads the body to its end, so that the client is still listening when the answer comes, and keeps no more than is allowed.</summary>
    public static async Task<LegacyBody> ReadAsync(HttpRequest request, LegacyApi api, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var length = 0L;
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                length += read.Buffer.Length;
                foreach (var segment in length <= MaxLength ? read.Buffer : default)
                {
                    kept.Write(segment.Span);
                }

                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (IOException refused) when (refused is not ConnectionResetException)
        {
            // The client's doing (too long, too slow, broken chunks), so a refusal and no fault of ours. Of an impossible chunk size Kestrel says so by a bare IOException.
            return Refused(refused is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } ? BodyMistake.TooLarge : BodyMistake.BadForm);
        }

        return length > MaxLength ? Refused(BodyMistake.TooLarge) : await ParseAsync(request.ContentType, kept.ToArray(), api, cancellationToken);
    }

    /// <summary>Only the media type and a boundary are read from the content type: clients spell the charset in many ways, and all of them mean UTF-8.</summary>
    internal static async Task<LegacyBody> ParseAsync(string? contentType, byte[] octets, LegacyApi api, CancellationToken cancellationToken)
    {
        if (octets.Length == 0)
        {
            return new(new Dictionary<string, LegacyField>(StringComparer.Ordinal));
        }

        var mediaType = new StringSegment(contentType ?? "").Split([';']).First().Trim();
        if (Is("application/json") || Is("text/json"))
        {
            return Of(JsonBody.Parse(octets), BodyMistake.BadJson);
        }

        if (api.TakesForms && Is("application/x-www-form-urlencoded"))
        {
            return ParameterSet.Parse(octets).Succeeded(out var set, out _)
                ? Of(set.Pairs.Select(pair => KeyValuePair.Create(pair.Key, new LegacyField(FieldKind.Text, pair.Value))), BodyMistake.BadForm)
                : Refused(BodyMistake.BadForm);
        }

        if (api.TakesForms && Is("multipart/form-data"))
        {
            return Of(await MultipartBody.ParseAsync(contentType, octets, cancellationToken), BodyMistake.BadForm);
        }

        return Refused(BodyMistake.UnknownType);

        bool Is(string known) => mediaType.Equals(known, StringComparison.OrdinalIgnoreCase);

        LegacyBody Of(IEnumerable<KeyValuePair<string, LegacyField>>? read, BodyMistake otherwise)
        {
            if (read is null)
            {
                return Refused(otherwise);
            }

            var named = new Dictionary<string, LegacyField>(api.FieldNames);
            foreach (var (name, field) in read)
            {
                // Of a repeated name the last one counts, as it did in all three originals.
                named[name] = field;
            }

            return new(named);
        }
    }

    /// <summary>Strict UTF-8 without control characters, or null.</summary>
    internal static string? Text(ReadOnlySpan<byte> octets) =>
        Utf8.IsValid(octets) && !octets.ContainsAnyInRange((byte)0, (byte)0x1F) && !octets.Contains((byte)0x7F) ? Encoding.UTF8.GetString(octets) : null;

    private static LegacyBody Refused(BodyMistake mistake) => new(new Dictionary<string, LegacyField>(StringComparer.Ordinal), mistake);
}
