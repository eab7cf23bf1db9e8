using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Bench.Load;

/// <summary>One keep-alive connection that sends its next request when the last answer is whole: a closed loop.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly byte[] body = new byte[64 * 1024];

    public Connection(int port) => socket.Connect("127.0.0.1", port);

    /// <summary>The last answer's body.</summary>
    public ReadOnlySpan<byte> Body => body.AsSpan(0, length);

    private int length;

    /// <returns>The status code.</returns>
    public int Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
        {
            request = request[socket.Send(request)..];
        }

        var filled = 0;
        int headers;
        while ((headers = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            filled += Receive(filled);
        }

        var head = buffer.AsSpan(0, headers + 2);
        var from = headers + 4;
        var status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
        length = 0;
        if (Header(head, "ontent-"u8, "ength: "u8) is { } known)
        {
            while (filled < from + known)
            {
                filled += Receive(filled);
            }

            buffer.AsSpan(from, known).CopyTo(body);
            length = known;
        }
        else if (status is not (204 or 304))
        {
            Dechunk(from, filled);
        }

        return status;
    }

    public void Dispose() => socket.Dispose();

    private static int? Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        // Content-Length, in whichever case of its two capitals.
        for (var at = head.IndexOf(name); at >= 0;)
        {
            var after = head[(at + name.Length + 1)..];
            if (after.StartsWith(rest) && Utf8Parser.TryParse(after[rest.Length..], out int value, out _))
            {
                return value;
            }

            var next = head[(at + 1)..].IndexOf(name);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return null;
    }

    // RFC 9112 §7.1.
    private void Dechunk(int at, int filled)
    {
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(at, filled - at).IndexOf("\r\n"u8)) < 0)
            {
                filled += Receive(filled);
            }

            if (!Utf8Parser.TryParse(buffer.AsSpan(at, line), out int size, out _, 'x'))
            {
                throw new InvalidDataException($"No chunk: {Encoding.ASCII.GetString(buffer.AsSpan(at, line))}");
            }

            at += line + 2;
            while (filled < at + size + 2)
            {
                filled += Receive(filled);
            }

            buffer.AsSpan(at, size).CopyTo(body.AsSpan(length));
            length += size;
            at += size + 2;
            if (size == 0)
            {
                return;
            }
        }
    }

    private int Receive(int filled) =>
        socket.Receive(buffer.AsSpan(filled)) is var read and > 0 ? read : throw new IOException("The server closed the connection.");
}
