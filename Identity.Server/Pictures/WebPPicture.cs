using System.Buffers.Binary;

namespace Identity.Server.Pictures;

/// <summary>WebP (RFC 9649): a RIFF header, then chunks of type, length, data and a byte that makes them even.</summary>
internal static class WebPPicture
{
    private const int Header = 12;
    private const byte Animated = 0x02;
    private const byte Metadata = 0x04 | 0x08;

    /// <summary>Null when it is none, moves, or does not come to its end.</summary>
    public static PictureFile? Read(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Header || !octets.StartsWith("RIFF"u8) || !octets[8..].StartsWith("WEBP"u8))
        {
            return null;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]);
        if (size < 4 || size > octets.Length - 8)
        {
            return null;
        }

        octets = octets[..((int)size + 8)];
        var kept = new List<byte>(octets.Length);
        kept.AddRange(octets[..Header]);
        var (width, height, pictures) = (0, 0, 0);
        for (var at = Header; at < octets.Length;)
        {
            if (octets.Length - at < 8)
            {
                return null;
            }

            var type = System.Text.Encoding.Latin1.GetString(octets.Slice(at, 4));
            var length = BinaryPrimitives.ReadUInt32LittleEndian(octets[(at + 4)..]);
            if (length > octets.Length - at - 8)
            {
                return null;
            }

            var body = octets.Slice(at + 8, (int)length);
            var side = (0, 0);
            switch (type)
            {
                case "VP8X" when at == Header && length == 10 && (body[0] & Animated) == 0:
                    side = (1 + (body[4] | (body[5] << 8) | (body[6] << 16)), 1 + (body[7] | (body[8] << 8) | (body[9] << 16)));
                    Keep(kept, type, [(byte)(body[0] & ~Metadata), .. body[1..]]);
                    break;
                // RFC 6386 §9.1: a key frame, and its start code.
                case "VP8 " when length >= 10 && (body[0] & 1) == 0 && body[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]):
                    side = (BinaryPrimitives.ReadUInt16LittleEndian(body[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) & 0x3FFF);
                    pictures++;
                    Keep(kept, type, body);
                    break;
                case "VP8L" when length >= 5 && body[0] == 0x2F:
                    var bits = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
                    side = (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF));
                    pictures++;
                    Keep(kept, type, body);
                    break;
                case "VP8X" or "VP8 " or "VP8L" or "ANIM" or "ANMF":
                    return null;
                case "ALPH" or "ICCP":
                    Keep(kept, type, body);
                    break;
            }

            // The larger of what the frame and what the picture in it says.
            (width, height) = (Math.Max(width, side.Item1), Math.Max(height, side.Item2));
            at += 8 + (int)length + ((int)length & 1);
        }

        if (pictures != 1 || width == 0 || height == 0)
        {
            return null;
        }

        byte[] content = [.. kept];
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(4), (uint)content.Length - 8);
        return new("image/webp", width, height, content);
    }

    private static void Keep(List<byte> kept, string type, ReadOnlySpan<byte> body)
    {
        kept.AddRange(System.Text.Encoding.Latin1.GetBytes(type));
        kept.AddRange([(byte)body.Length, (byte)(body.Length >> 8), (byte)(body.Length >> 16), (byte)(body.Length >> 24)]);
        kept.AddRange(body);
        if ((body.Length & 1) == 1)
        {
            kept.Add(0);
        }
    }
}
