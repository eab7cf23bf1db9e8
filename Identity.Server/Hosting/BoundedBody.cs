using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Identity.Server.Hosting;

/// <summary>Reads a request body into memory up to a limit.</summary>
internal static class BoundedBody
{
    /// <summary>Null when it is longer or breaks off. What is too long is read to its end and thrown away, so that the client, still sending, gets the answer and not a broken pipe.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int maxLength, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                if (read.Buffer.Length > maxLength)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    if (!read.IsCompleted)
                    {
                        await request.Body.CopyToAsync(Stream.Null, cancellationToken);
                    }

                    return null;
                }

                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (IOException refused) when (refused is not ConnectionResetException)
        {
            // Longer than Kestrel itself allows, or a chunk that is not one; of an impossible chunk size Kestrel says so by a bare IOException.
            return null;
        }
    }
}
