using System.Text;
using Identity.OpenId.Errors;

namespace Identity.OpenId.Parameters;

/// <summary>
/// The parameters of one request, application/x-www-form-urlencoded as RFC 6749 appendix B describes it.
/// Order and repetition are kept; an empty value counts as omitted (RFC 6749 §3.1).
/// </summary>
public sealed class ParameterSet
{
    /// <summary>More pairs than any protocol request has.</summary>
    public const int MaxPairs = 100;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IReadOnlyList<KeyValuePair<string, string>> pairs;

    private ParameterSet(IReadOnlyList<KeyValuePair<string, string>> pairs) => this.pairs = pairs;

    public static ParameterSet Empty { get; } = new([]);

    /// <summary>Every pair as it came, empty values included.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => pairs;

    public static ParameterSet Of(params IEnumerable<KeyValuePair<string, string>> pairs) => new([.. pairs]);

    /// <summary>Reads an encoded body or query. Malformed escapes, text that is not UTF-8, control characters and too many pairs are <c>invalid_request</c>.</summary>
    public static Result<ParameterSet> Parse(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty)
        {
            return Empty;
        }

        var read = new List<KeyValuePair<string, string>>(8);
        var buffer = new byte[encoded.Length];
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (read.Count == MaxPairs)
            {
                return OAuthError.InvalidRequest("The request has too many parameters.");
            }

            var equals = pair.IndexOf((byte)'=');
            if (Decode(equals < 0 ? pair : pair[..equals], buffer) is not { } name || Decode(equals < 0 ? [] : pair[(equals + 1)..], buffer) is not { } value)
            {
                return OAuthError.InvalidRequest("The parameters are not well-formed form data in UTF-8 without control characters.");
            }

            read.Add(new(name, value));
        }

        return new ParameterSet(read);
    }

    /// <summary>Decodes one form-encoded component (RFC 6749 appendix B); null when it is malformed.</summary>
    public static string? Decode(ReadOnlySpan<byte> encoded) => Decode(encoded, new byte[encoded.Length]);

    /// <summary>The first non-empty value, or null. Whether a name may repeat is the reader's to say (<see cref="ParameterReader"/>).</summary>
    public string? Find(string name)
    {
        foreach (var pair in pairs)
        {
            if (pair.Value.Length > 0 && string.Equals(pair.Key, name, StringComparison.Ordinal))
            {
                return pair.Value;
            }
        }

        return null;
    }

    /// <summary>All non-empty values of one name, in order.</summary>
    public IReadOnlyList<string> FindAll(string name) =>
        [.. pairs.Where(pair => pair.Value.Length > 0 && string.Equals(pair.Key, name, StringComparison.Ordinal)).Select(pair => pair.Value)];

    /// <summary>True when the name stands there more than once, empty values counted: a repeated parameter is an error even if one of the two is empty.</summary>
    public bool Repeats(string name)
    {
        var seen = 0;
        foreach (var pair in pairs)
        {
            seen += string.Equals(pair.Key, name, StringComparison.Ordinal) ? 1 : 0;
        }

        return seen > 1;
    }

    /// <summary>The encoded form; <see cref="Parse"/> reads it back to the same pairs.</summary>
    public string Write() => string.Join('&', pairs.Select(pair => $"{Encode(pair.Key)}={Encode(pair.Value)}"));

    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string? Decode(ReadOnlySpan<byte> encoded, Span<byte> buffer)
    {
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var octet = encoded[i];
            if (octet == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                {
                    return null;
                }

                octet = (byte)((Hex(encoded[i + 1]) << 4) | Hex(encoded[i + 2]));
                i += 2;
            }
            else if (octet == '+')
            {
                octet = (byte)' ';
            }

            if (octet is < 0x20 or 0x7F)
            {
                return null;
            }

            buffer[length++] = octet;
        }

        // U+0080 to U+009F are control characters too (ISO 6429); in UTF-8 they are these two octets and nothing else is.
        for (var i = 1; i < length; i++)
        {
            if (buffer[i - 1] == 0xC2 && buffer[i] < 0xA0)
            {
                return null;
            }
        }

        try
        {
            return StrictUtf8.GetString(buffer[..length]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static int Hex(byte digit) => digit switch
    {
        <= (byte)'9' => digit - '0',
        <= (byte)'F' => digit - 'A' + 10,
        _ => digit - 'a' + 10,
    };
}
