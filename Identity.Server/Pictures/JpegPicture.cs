using System.Buffers.Binary;

namespace Identity.Server.Pictures;

/// <summary>JPEG (ITU-T T.81 annex B): markers, each with a segment or, after a start of scan, with coded data.</summary>
internal static class JpegPicture
{
    private const byte Mark = 0xFF;
    private const byte Start = 0xD8;
    private const byte End = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>Null when it is none, is of a kind that browsers do not show, or does not come to its end.</summary>
    public static PictureFile? Read(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < 4 || octets[0] != Mark || octets[1] != Start || octets[2] != Mark)
        {
            return null;
        }

        var kept = new List<byte>(octets.Length) { Mark, Start };
        var (width, height, scans, turned) = (0, 0, 0, false);
        for (var at = 2; at + 1 < octets.Length;)
        {
            if (octets[at] != Mark)
            {
                return null;
            }

            var marker = octets[at + 1];
            if (marker == Mark)
            {
                // B.1.1.2: any number of them may stand in front of a marker.
                at++;
                continue;
            }

            if (marker == End)
            {
                kept.AddRange([Mark, End]);
                return scans > 0 && width > 0 && height > 0 ? new("image/jpeg", width, height, [.. kept]) : null;
            }

            var length = octets.Length - at >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(octets[(at + 2)..]) : 0;
            if (length < 2 || length > octets.Length - at - 2)
            {
                return null;
            }

            var body = octets.Slice(at + 4, length - 2);
            switch (marker)
            {
                // Baseline, extended, progressive: what browsers show.
                case 0xC0 or 0xC1 or 0xC2 when body.Length >= 6 && width == 0:
                    (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]));
                    Keep(kept, marker, body);
                    break;
                // Tables, the restart interval, Adobe's word on colours.
                case 0xC4 or 0xDB or 0xDD or 0xEE:
                    Keep(kept, marker, body);
                    break;
                case 0xE0 when body.StartsWith("JFIF\0"u8) && body.Length >= 14:
                    // Without the small picture of it that may follow.
                    Keep(kept, marker, [.. body[..12], 0, 0]);
                    break;
                // All that Exif says, its place on earth included, goes; which way is up stays.
                case 0xE1 when !turned && Orientation(body) is { } orientation:
                    turned = true;
                    Keep(kept, marker, Exif(orientation));
                    break;
                case 0xE2 when body.StartsWith("ICC_PROFILE\0"u8):
                    Keep(kept, marker, body);
                    break;
                case StartOfScan when width > 0:
                    scans++;
                    Keep(kept, marker, body);
                    var coded = octets[(at + 2 + length)..];
                    var end = EndOfCoded(coded);
                    kept.AddRange(coded[..end]);
                    at += end;
                    break;
                case >= 0xE0 and <= 0xEF or 0xFE:
                    break;
                default:
                    return null;
            }

            at += 2 + length;
        }

        return null;
    }

    private static void Keep(List<byte> kept, byte marker, ReadOnlySpan<byte> body)
    {
        kept.AddRange([Mark, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2)]);
        kept.AddRange(body);
    }

    // B.1.1.5: in coded data FF is followed by 00 or by a restart.
    private static int EndOfCoded(ReadOnlySpan<byte> coded)
    {
        var at = 0;
        while (at + 1 < coded.Length && !(coded[at] == Mark && coded[at + 1] is not (0 or >= 0xD0 and <= 0xD7)))
        {
            at++;
        }

        return at + 1 < coded.Length ? at : coded.Length;
    }

    // Exif 3.0 §4.6: a TIFF header, then the first directory; tag 0112 with one number from 1 to 8. 1 is how it lies anyway.
    private static byte? Orientation(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith("Exif\0\0"u8) || segment.Length < 14)
        {
            return null;
        }

        var tiff = segment[6..];
        bool? little = (tiff[0], tiff[1]) switch { ((byte)'I', (byte)'I') => true, ((byte)'M', (byte)'M') => false, _ => null };
        if (little is not { } small)
        {
            return null;
        }

        var directory = small ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        var entries = Word(tiff[(int)directory..], small);
        for (var entry = 0; entry < entries && (int)directory + 2 + (12 * (entry + 1)) <= tiff.Length; entry++)
        {
            var at = tiff.Slice((int)directory + 2 + (12 * entry), 12);
            if (Word(at, small) == 0x0112)
            {
                return Word(at[8..], small) is >= 2 and <= 8 and var orientation ? (byte)orientation : null;
            }
        }

        return null;
    }

    private static ushort Word(ReadOnlySpan<byte> at, bool small) => small ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    // One directory with one entry.
    private static byte[] Exif(byte orientation) =>
        [.. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
}
