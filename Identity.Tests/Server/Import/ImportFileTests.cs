using System.Text;
using Identity.Server.Import;

namespace Identity.Tests.Server.Import;

public sealed class ImportFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("identity-import-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Json_lines_are_told_by_line_with_and_without_a_mark_and_with_every_line_end()
    {
        var rows = Read("\uFEFF{\"number\":1}\r\n\n  \n{\"number\":\"2\",\"name\":null,\"nickname\":\"\"}\n{\"number\":3}", "jsonl");
        Assert.Equal([(1, "1"), (4, "2"), (5, "3")], rows.Select(row => (row.Line, row.Cells["number"].Text!)));
        // What is empty is absent.
        Assert.Equal(["number"], rows[1].Cells.Keys);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("1")]
    [InlineData("{\"a\":1} x")]
    [InlineData("{\"number\":1,\"number\":2}")]
    [InlineData("{\"fields\":{\"a\":1,\"a\":2}}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"fields\":{\"a\":[\"\\udfff\"]}}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}")]
    [InlineData("\0")]
    public void A_line_that_is_no_object_is_a_problem_of_that_line_alone(string line)
    {
        var rows = Read($"{{\"number\":1}}\n{line}\n{{\"number\":3}}\n", "jsonl");
        Assert.Equal([1, 2, 3], rows.Select(row => row.Line));
        Assert.Equal([true, false, true], rows.Select(row => row.Problem is null));
        // The reason shows nothing of the line.
        Assert.DoesNotContain("ud800", rows[1].Problem);
    }

    [Theory]
    [InlineData(ImportFile.MaxLine + 1)]
    [InlineData(5_000_000)]
    public void A_huge_line_is_a_problem_of_that_line_alone(int length)
    {
        var rows = Read($"{{\"number\":1}}\n{{\"a\":\"{new string('x', length)}\"}}\n{{\"number\":3}}", "jsonl");
        Assert.Equal([(1, true), (2, false), (3, true)], rows.Select(row => (row.Line, row.Problem is null)));
        Assert.Equal(2, Read($"{{\"number\":1}}\n{{\"a\":\"{new string('x', length)}", "jsonl").Count);
    }

    [Fact]
    public void Lines_are_whole_wherever_the_blocks_of_the_file_end()
    {
        var lines = Enumerable.Range(1, 5_000).Select(i => $"{{\"number\":{i},\"name\":\"{new string('名', i % 97)}\"}}").ToList();
        var rows = Read(string.Join('\n', lines), "jsonl");
        Assert.Equal(Enumerable.Range(1, 5_000).Select(i => (i, $"{i}", i % 97)), rows.Select(row => (row.Line, row.Cells["number"].Text!, row.Cells.GetValueOrDefault("name").Text?.Length ?? 0)));

        var csv = Read("number,name\r\n" + string.Join("\r\n", Enumerable.Range(1, 5_000).Select(i => $"{i},\"{new string('名', i % 97)}\"")), "csv");
        Assert.Equal(Enumerable.Range(1, 5_000).Select(i => (i + 1, $"{i}", i % 97)), csv.Select(row => (row.Line, row.Cells["number"].Text!, row.Cells.GetValueOrDefault("name").Text?.Length ?? 0)));
    }

    [Fact]
    public void Csv_has_quotes_commas_line_breaks_and_empty_fields()
    {
        var rows = Read("\uFEFFnumber,name,nickname\n1,\"a \"\"b\"\", c\",\n\n2,\"two\r\nlines\",x\r\n3,,\"\"", "csv");
        Assert.Equal([2, 4, 6], rows.Select(row => row.Line));
        Assert.Equal("a \"b\", c", rows[0].Cells["name"].Text);
        Assert.False(rows[0].Cells.ContainsKey("nickname"));
        Assert.Equal("two\r\nlines", rows[1].Cells["name"].Text);
        Assert.Equal(["number"], rows[2].Cells.Keys);
    }

    [Fact]
    public void A_csv_row_with_stray_quotes_or_another_length_is_a_problem_of_that_row_alone()
    {
        var rows = Read("number,name\n1,a\"b\n2,\"a\"b\n3\n4,a,b\n5,c\n", "csv");
        Assert.Equal([(2, false), (3, false), (4, false), (5, false), (6, true)], rows.Select(row => (row.Line, row.Problem is null)));
    }

    [Theory]
    [InlineData("", "columns")]
    [InlineData("number,number\n1,2", "columns")]
    [InlineData("number,\n1,2", "columns")]
    [InlineData("number,name\n1,\"open\n2,x\n3,y", "line 2")]
    public void A_csv_file_that_cannot_be_told_apart_is_refused_as_a_whole(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<ImportRefusedException>(() => Read(text, "csv")).Message);

    [Theory]
    [InlineData("jsonl", "{\"number\":1}\n{\"name\":\"", "\"}")]
    [InlineData("csv", "number,name\n1,", "\n")]
    public void Gbk_is_refused_with_the_line_and_the_cure(string format, string before, string after)
    {
        // 小明 in GBK.
        byte[] octets = [.. Encoding.UTF8.GetBytes(before), 0xD0, 0xA1, 0xC3, 0xF7, .. Encoding.UTF8.GetBytes(after)];
        var path = Path.Combine(folder, $"gbk.{format}");
        File.WriteAllBytes(path, octets);
        var message = Assert.Throws<ImportRefusedException>(() => ImportFile.Open(path, null)).Message;
        Assert.Contains("Line 2", message);
        Assert.Contains("iconv -f GB18030", message);
    }

    [Fact]
    public void Half_a_letter_at_the_end_of_the_file_is_refused()
    {
        var path = Path.Combine(folder, "half.jsonl");
        File.WriteAllBytes(path, [.. "{}\n"u8, 0xE5, 0xB0]);
        Assert.Contains("Line 2", Assert.Throws<ImportRefusedException>(() => ImportFile.Open(path, null)).Message);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Utf_16_is_refused_by_name(string encoding)
    {
        var path = Path.Combine(folder, "wide.jsonl");
        File.WriteAllText(path, "{\"number\":1}", Encoding.GetEncoding(encoding));
        Assert.Contains("UTF-16", Assert.Throws<ImportRefusedException>(() => ImportFile.Open(path, null)).Message);
    }

    [Fact]
    public void What_is_not_there_or_has_no_known_format_is_refused()
    {
        Assert.Contains("cannot be read", Assert.Throws<ImportRefusedException>(() => ImportFile.Open(Path.Combine(folder, "none.csv"), null)).Message);
        Assert.Contains("--format", Assert.Throws<ImportRefusedException>(() => ImportFile.Open(Path.Combine(folder, "users.xls"), null)).Message);
    }

    private List<RawRow> Read(string text, string format)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return [.. ImportFile.Open(path, format).Rows()];
    }
}
