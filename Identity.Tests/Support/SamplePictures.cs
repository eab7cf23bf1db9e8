using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Identity.Tests.Support;

/// <summary>Pictures as cameras and programs write them: with where they were taken, who took them and what was seen.</summary>
internal static class SamplePictures
{
    /// <summary>What no kept picture may hold.</summary>
    public const string Secret = "39.9042N 116.4074E home of the photographer";

    /// <summary>A PNG that any decoder draws: a square of one colour, with Exif, text, a time and something behind its end.</summary>
    public static byte[] Png(int width = 8, int height = 8, bool metadata = true)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + (3 * width)];
            for (var x = 0; x < width; x++)
            {
                (row[1 + (3 * x)], row[2 + (3 * x)], row[3 + (3 * x)]) = (0x1F, 0x5F, 0xBF);
            }

            for (var y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8,
            .. Chunk("IHDR", header),
            .. metadata ? [.. Chunk("eXIf", [.. "II*\0"u8, .. Encoding.ASCII.GetBytes(Secret)]), .. Chunk("tEXt", [.. "Comment\0"u8, .. Encoding.ASCII.GetBytes(Secret)]), .. Chunk("tIME", [7, 226, 1, 1, 0, 0, 0])] : (byte[])[],
            .. Chunk("IDAT", packed.ToArray()),
            .. Chunk("IEND", []),
            .. metadata ? Encoding.ASCII.GetBytes($"PK\u0003\u0004<script>alert('{Secret}')</script>") : [],
        ];
    }

    /// <summary>The structure of a JPEG as a telephone writes it: Exif with a GPS directory and an orientation, XMP, IPTC, a comment, another picture behind the first.</summary>
    /// <param name="orientation">Exif's, 1 to 8.</param>
    /// <param name="little">Whether its Exif is little-endian.</param>
    public static byte[] Jpeg(int width = 8, int height = 8, byte orientation = 6, bool little = false) =>
    [
        0xFF, 0xD8,
        .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9]),
        .. Segment(0xE1, Exif(orientation, little)),
        .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.ASCII.GetBytes(Secret)]),
        .. Segment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, 42]),
        .. Segment(0xE2, [.. "MPF\0"u8, .. Encoding.ASCII.GetBytes(Secret)]),
        .. Segment(0xED, [.. "Photoshop 3.0\0"u8, .. Encoding.ASCII.GetBytes(Secret)]),
        .. Segment(0xFE, Encoding.ASCII.GetBytes(Secret)),
        .. Segment(0xDB, new byte[65]),
        .. Segment(0xC2, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
        .. Segment(0xC4, new byte[20]),
        .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4,
        .. Segment(0xC4, new byte[20]),
        .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 5, 6,
        0xFF, 0xFF, 0xD9,
        .. Encoding.ASCII.GetBytes(Secret),
    ];

    /// <summary>An extended WebP with Exif and XMP around one lossy picture.</summary>
    public static byte[] WebP(int width = 8, int height = 8, byte flags = 0x0C) => Riff(
    [
        .. WebPChunk("VP8X", [flags, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0]),
        .. WebPChunk("VP8 ", [0x10, 0, 0, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 7]),
        .. WebPChunk("EXIF", Encoding.ASCII.GetBytes(Secret)),
        .. WebPChunk("XMP ", Encoding.ASCII.GetBytes(Secret + "!")),
    ]);

    public static byte[] Riff(byte[] chunks)
    {
        byte[] riff = [.. "RIFF\0\0\0\0WEBP"u8, .. chunks];
        BinaryPrimitives.WriteInt32LittleEndian(riff.AsSpan(4), riff.Length - 8);
        return riff;
    }

    public static byte[] WebPChunk(string type, byte[] body)
    {
        byte[] chunk = [.. Encoding.ASCII.GetBytes(type), 0, 0, 0, 0, .. body, .. (body.Length & 1) == 1 ? [0] : (byte[])[]];
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), body.Length);
        return chunk;
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        var checksum = uint.MaxValue;
        foreach (var octet in chunk.AsSpan(4, data.Length + 4))
        {
            checksum ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                checksum = (checksum & 1) == 1 ? (checksum >> 1) ^ 0xEDB88320 : checksum >> 1;
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), ~checksum);
        return chunk;
    }

    private static byte[] Segment(byte marker, byte[] body) => [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    // The orientation, and a pointer to a directory of where it was.
    private static byte[] Exif(byte orientation, bool little)
    {
        byte[] entry(ushort tag, ushort type, uint value) => little
            ? [(byte)tag, (byte)(tag >> 8), (byte)type, 0, 1, 0, 0, 0, (byte)value, (byte)(value >> 8), 0, 0]
            : [(byte)(tag >> 8), (byte)tag, 0, (byte)type, 0, 0, 0, 1, .. type == 3 ? [(byte)(value >> 8), (byte)value, 0, 0] : (byte[])[0, 0, (byte)(value >> 8), (byte)value]];
        byte[] directory = [.. entry(0x0112, 3, orientation), .. entry(0x8825, 4, 38)];
        return [.. "Exif\0\0"u8, .. little ? "II*\0"u8 : "MM\0*"u8, .. little ? [8, 0, 0, 0, 2, 0] : (byte[])[0, 0, 0, 8, 0, 2], .. directory, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Secret)];
    }
}
