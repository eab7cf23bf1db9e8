using System.Text;

namespace Identity.Server.Import;

/// <summary>A file of people: JSON lines or CSV, in UTF-8 with or without a mark. It is read twice, and never held in memory.</summary>
internal sealed class ImportFile
{
    /// <summary>Longer lines (JSON) and fields (CSV) are no people.</summary>
    public const int MaxLine = 1024 * 1024;

    private const int BlockLength = 64 * 1024;

    private readonly string path;
    private readonly bool csv;

    private ImportFile(string path, bool csv) => (this.path, this.csv) = (path, csv);

    /// <summary>Opens nothing yet but looks at every octet: text in another encoding may decode to other names, so the whole file is refused for one line.</summary>
    /// <param name="format"><c>jsonl</c>, <c>csv</c>, or null to go by the name.</param>
    public static ImportFile Open(string path, string? format)
    {
        var separated = (format ?? Path.GetExtension(path).TrimStart('.').ToLowerInvariant()) switch
        {
            "csv" => true,
            "jsonl" or "ndjson" or "json" => false,
            _ => throw new ImportRefusedException("The format cannot be told from the file's name; say --format jsonl or --format csv."),
        };
        try
        {
            using var stream = Stream(path);
            CheckEncoding(stream);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ImportRefusedException($"{path} cannot be read.", unreadable);
        }

        return new(path, separated);
    }

    public IEnumerable<RawRow> Rows()
    {
        using var stream = Stream(path);
        foreach (var row in csv ? CsvRows.Read(stream) : JsonLines.Read(stream))
        {
            yield return row;
        }
    }

    private static FileStream Stream(string path) => new(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite, BufferSize = BlockLength, Options = FileOptions.SequentialScan });

    private static void CheckEncoding(Stream stream)
    {
        var decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        var (block, letters, line) = (new byte[BlockLength], new char[BlockLength + 1], 1);
        for (int read, blocks = 0; (read = stream.ReadAtLeast(block, 2, throwOnEndOfStream: false)) > 0; blocks++)
        {
            var rest = block.AsSpan(0, read);
            if (blocks == 0 && (rest.StartsWith((byte[])[0xFF, 0xFE]) || rest.StartsWith((byte[])[0xFE, 0xFF])))
            {
                throw new ImportRefusedException("The file is UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8.");
            }

            while (!rest.IsEmpty)
            {
                // A line feed is never part of another letter in UTF-8.
                var end = rest.IndexOf((byte)'\n');
                var part = end < 0 ? rest : rest[..(end + 1)];
                Decode(part, flush: false);
                line += end < 0 ? 0 : 1;
                rest = rest[part.Length..];
            }
        }

        Decode([], flush: true);

        void Decode(ReadOnlySpan<byte> octets, bool flush)
        {
            try
            {
                decoder.GetChars(octets, letters, flush);
            }
            catch (DecoderFallbackException wrong)
            {
                throw new ImportRefusedException($"Line {line} is not UTF-8. If the file is GBK, convert it: iconv -f GB18030 -t UTF-8.", wrong);
            }
        }
    }
}
