using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Identity.Tests.Support;

/// <summary>Sends octets as they are: what HttpClient would mend, reorder or refuse to send.</summary>
internal static class RawHttp
{
    // Far beyond what any answer takes; only a server that hangs meets it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Sends head and body, which must ask for <c>Connection: close</c>, and reads until the server has closed.</summary>
    public static async Task<RawAnswer> SendAsync(Uri server, ReadOnlyMemory<byte> request)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(server.Host, server.Port, patience.Token);
        await using var stream = connection.GetStream();

        // Beside the reading: the server may answer before a long body has been sent.
        var sending = WriteAsync();
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, patience.Token);
        }
        catch (IOException) when (received.Length > 0)
        {
            // It answered and then closed on what was still coming.
        }

        await sending;
        return RawAnswer.Read(received.ToArray());

        async Task WriteAsync()
        {
            try
            {
                await stream.WriteAsync(request, patience.Token);
            }
            catch (IOException)
            {
                // As above.
            }
        }
    }

    /// <summary>Head, blank line, body.</summary>
    public static byte[] Request(string head, byte[] body) => [.. Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), .. body];
}

/// <summary>An answer as it stood on the wire, with chunks joined.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The header's value; several are joined by commas, none is an empty text.</summary>
    public string this[string header] => string.Join(", ", Headers.Where(pair => string.Equals(pair.Key, header, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Value));

    public static RawAnswer Read(byte[] octets)
    {
        var end = octets.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"The server closed after {octets.Length} octets and no answer.");
        var lines = Encoding.ASCII.GetString(octets, 0, end).Split("\r\n");
        var headers = lines[1..].Select(line => line.Split(": ", 2) is [var name, var value] ? KeyValuePair.Create(name, value) : KeyValuePair.Create(line.TrimEnd(':'), "")).ToList();
        var answer = new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, "");
        var body = octets.AsMemory(end + 4);
        return answer with { Body = Strict.GetString((string.Equals(answer["Transfer-Encoding"], "chunked", StringComparison.Ordinal) ? Join(body) : body).Span) };
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> chunked)
    {
        using var joined = new MemoryStream();
        while (chunked.Span.IndexOf("\r\n"u8) is var line and > 0 && Convert.ToInt32(Encoding.ASCII.GetString(chunked.Span[..line]), 16) is var length and > 0)
        {
            joined.Write(chunked.Span.Slice(line + 2, length));
            chunked = chunked[(line + 2 + length + 2)..];
        }

        return joined.ToArray();
    }
}
