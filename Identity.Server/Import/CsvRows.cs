using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Identity.Server.Import;

/// <summary>RFC 4180: a head of column names, commas, quotes; a quoted field may hold line breaks. Of our own because an unclosed quote must be told from a long field, and each row from its line.</summary>
internal static class CsvRows
{
    public static IEnumerable<RawRow> Read(Stream stream)
    {
        using var text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: -1, leaveOpen: true);
        var reader = new Reader(text);
        var head = reader.Next() ? reader.Fields.ToList() : [];
        if (head.Count == 0 || reader.Bad || head.Exists(string.IsNullOrWhiteSpace) || head.Distinct(StringComparer.Ordinal).Count() < head.Count)
        {
            throw new ImportRefusedException("The first line must name the columns, each once.");
        }

        while (reader.Next())
        {
            yield return reader.Bad ? RawRow.Broken(reader.Line, "a quote stands inside a field that is not quoted, or something behind one that is")
                : reader.Fields.Count != head.Count ? RawRow.Broken(reader.Line, string.Create(CultureInfo.InvariantCulture, $"the row has {reader.Fields.Count} fields, the head {head.Count}"))
                : new(reader.Line, head.Zip(reader.Fields).Where(cell => cell.Second.Length > 0).ToDictionary(cell => cell.First, cell => new Cell(JsonSerializer.SerializeToElement(cell.Second)), StringComparer.Ordinal));
        }
    }

    private sealed class Reader(StreamReader text)
    {
        private readonly StringBuilder field = new();
        private int line = 1;

        /// <summary>Where the row begins.</summary>
        public int Line { get; private set; }

        public List<string> Fields { get; } = [];

        /// <summary>Whether quotes stand where none may.</summary>
        public bool Bad { get; private set; }

        /// <summary>Reads the next row that is not empty.</summary>
        public bool Next()
        {
            do
            {
                (Line, Bad) = (line, false);
                Fields.Clear();
                if (text.Peek() < 0)
                {
                    return false;
                }

                while (ReadField())
                {
                }

                line++;
            }
            while (Fields is [""]);

            return true;
        }

        /// <summary>False behind the last field of a row.</summary>
        private bool ReadField()
        {
            field.Clear();
            var quoted = text.Peek() == '"';
            if (quoted)
            {
                _ = text.Read();
                ReadQuoted();
            }

            for (var c = text.Read(); ; c = text.Read())
            {
                if (c == '\r' && text.Peek() == '\n')
                {
                    c = text.Read();
                }

                if (c is ',' or '\n' or < 0)
                {
                    Fields.Add(field.ToString());
                    return c == ',';
                }

                // A quote in mid-field, or a letter behind the closing one.
                Bad |= c == '"' || quoted;
                Append((char)c);
            }
        }

        private void ReadQuoted()
        {
            for (var c = text.Read(); c >= 0; c = text.Read())
            {
                if (c == '"' && text.Peek() != '"')
                {
                    return;
                }

                if (c == '"')
                {
                    _ = text.Read();
                }

                line += c == '\n' ? 1 : 0;
                Append((char)c);
            }

            // It has swallowed every row behind it.
            throw new ImportRefusedException($"A quote in the row of line {Line} is never closed.");
        }

        private void Append(char c)
        {
            if (field.Length == ImportFile.MaxLine)
            {
                throw new ImportRefusedException($"A field in the row of line {Line} is longer than 1 MiB, or a quote is never closed.");
            }

            field.Append(c);
        }
    }
}
