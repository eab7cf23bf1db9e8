using System.Text.Json;

namespace Identity.Server.Import;

/// <summary>One JSON object on each line.</summary>
internal static class JsonLines
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static IEnumerable<RawRow> Read(Stream stream)
    {
        var (number, buffer, filled, tooLong) = (1, new byte[64 * 1024], 0, false);
        var start = Mark(stream);
        for (var open = true; open;)
        {
            if (filled == buffer.Length)
            {
                // Of a line that is too long nothing is kept, and its end is looked for.
                tooLong |= filled >= ImportFile.MaxLine;
                filled = tooLong ? 0 : filled;
                Array.Resize(ref buffer, tooLong ? buffer.Length : 2 * buffer.Length);
            }

            var read = start.Length > 0 ? Prepend(start, buffer) : stream.Read(buffer.AsSpan(filled));
            start = [];
            open = read > 0;
            var (begin, scan) = (0, filled);
            filled += read;
            while (buffer.AsSpan(scan, filled - scan).IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (Row(number++, buffer.AsMemory(begin, scan + end - begin), tooLong) is { } row)
                {
                    yield return row;
                }

                tooLong = false;
                begin = scan = scan + end + 1;
            }

            buffer.AsSpan(begin, filled - begin).CopyTo(buffer);
            filled -= begin;
        }

        if (Row(number, buffer.AsMemory(0, filled), tooLong) is { } last)
        {
            yield return last;
        }
    }

    private static RawRow? Row(int number, ReadOnlyMemory<byte> line, bool tooLong)
    {
        if (tooLong)
        {
            return RawRow.Broken(number, "the line is longer than 1 MiB");
        }

        if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(line, Strict);
            if (line.Span.IndexOf("\\u"u8) >= 0)
            {
                ReadAll(json.RootElement);
            }

            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new(number, json.RootElement.Clone().EnumerateObject().Where(member => !IsAbsent(member.Value)).ToDictionary(member => member.Name, member => new Cell(member.Value), StringComparer.Ordinal))
                : RawRow.Broken(number, "the line is no JSON object");
        }
        catch (JsonException)
        {
            return RawRow.Broken(number, "the line is no JSON object, or has a column twice");
        }
        catch (InvalidOperationException)
        {
            return RawRow.Broken(number, "a text holds half a letter");
        }
    }

    // An escape may stand for half of a surrogate pair; whoever reads such a text first gets an exception, so it is here.
    private static void ReadAll(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAll(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    ReadAll(item);
                }

                break;
            case JsonValueKind.String:
                _ = json.GetString();
                break;
        }
    }

    private static bool IsAbsent(JsonElement value) => value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    // The octets before the first line that are no mark of UTF-8.
    private static byte[] Mark(Stream stream)
    {
        var head = new byte[3];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head.AsSpan(0, read).SequenceEqual("\uFEFF"u8) ? [] : head[..read];
    }

    private static int Prepend(byte[] start, byte[] buffer)
    {
        start.CopyTo(buffer, 0);
        return start.Length;
    }
}
