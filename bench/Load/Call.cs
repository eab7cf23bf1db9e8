using System.Text;

namespace Bench.Load;

/// <summary>What one connection sends, again and again.</summary>
internal abstract class Call
{
    /// <summary>The next request, ready to be sent.</summary>
    public abstract ReadOnlySpan<byte> Next();

    /// <summary>Looks at the answer to it.</summary>
    public virtual void Take(ReadOnlySpan<byte> body)
    {
    }

    public static byte[] Get(string path, string? authorization = null) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(authorization is null ? "" : $"Authorization: {authorization}\r\n")}\r\n");

    public static byte[] Post(string path, string form, string? authorization = null, string type = "application/x-www-form-urlencoded") =>
        Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {type}\r\nContent-Length: {form.Length}\r\n{(authorization is null ? "" : $"Authorization: {authorization}\r\n")}\r\n{form}");
}

/// <summary>The same request every time.</summary>
internal sealed class Same(byte[] request) : Call
{
    public override ReadOnlySpan<byte> Next() => request;
}

/// <summary>A rotating chain: each answer's refresh token is the next request's.</summary>
internal sealed class Chain(Func<string, byte[]> request, string token) : Call
{
    private byte[] next = request(token);

    public override ReadOnlySpan<byte> Next() => next;

    public override void Take(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"refresh_token\":"u8);
        if (at < 0)
        {
            throw new InvalidDataException($"An answer without a refresh token: {Encoding.UTF8.GetString(body)}");
        }

        var rest = body[(at + "\"refresh_token\":".Length)..];
        rest = rest[(rest.IndexOf((byte)'"') + 1)..];
        next = request(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]));
    }
}

/// <summary>Several that take turns, so that not only what was asked for a moment ago is asked for.</summary>
internal sealed class Turns(IReadOnlyList<Call> calls) : Call
{
    private int at = -1;

    public override ReadOnlySpan<byte> Next() => calls[at = (at + 1) % calls.Count].Next();

    public override void Take(ReadOnlySpan<byte> body) => calls[at].Take(body);
}
