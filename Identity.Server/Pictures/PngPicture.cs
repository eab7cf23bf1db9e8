using System.Buffers.Binary;

namespace Identity.Server.Pictures;

/// <summary>PNG (W3C, third edition): a signature, then chunks of length, type, data and checksum.</summary>
internal static class PngPicture
{
    private const int Frame = 12;

    // What decides how it looks, §11. An animation's chunks are not among them: its first picture stays.
    private static readonly HashSet<string> Looks = new(StringComparer.Ordinal) { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP" };

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Null when it is none, or does not come to its end.</summary>
    public static PictureFile? Read(ReadOnlySpan<byte> octets)
    {
        if (!octets.StartsWith(Signature))
        {
            return null;
        }

        var kept = new List<byte>(octets.Length);
        kept.AddRange(Signature);
        var (width, height, data) = (0u, 0u, false);
        for (var at = Signature.Length; octets.Length - at >= Frame;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(octets[at..]);
            if (length > octets.Length - at - Frame)
            {
                return null;
            }

            var type = System.Text.Encoding.Latin1.GetString(octets.Slice(at + 4, 4));
            var first = at == Signature.Length;
            if (first != type is "IHDR")
            {
                return null;
            }

            if (first)
            {
                if (length != 13)
                {
                    return null;
                }

                (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(octets[(at + 8)..]), BinaryPrimitives.ReadUInt32BigEndian(octets[(at + 12)..]));
            }

            if (Looks.Contains(type))
            {
                kept.AddRange(octets.Slice(at, (int)length + Frame));
            }

            data |= type is "IDAT" && length > 0;
            at += (int)length + Frame;
            if (type is "IEND")
            {
                return data && width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new("image/png", (int)width, (int)height, [.. kept]) : null;
            }
        }

        return null;
    }
}
