using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Identity.Compat;

/// <summary>A request body read into memory once, up to a limit. The server's own forms are read by it too.</summary>
/// <param name="Octets">Null when there is a mistake.</param>
/// <param name="TooLong">Longer than the limit, or than the server takes at all; otherwise it broke off or its chunks are none.</param>
public readonly record struct BoundedBody(byte[]? Octets, bool TooLong)
{
    /// <summary>64 KiB: many times what any request of this server needs.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>What is too long is read to its end and thrown away, so that the client, still sending, gets the answer and not a broken pipe.</summary>
    public static async Task<BoundedBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        var discarding = false;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                discarding |= read.Buffer.Length > MaxLength;
                if (!read.IsCompleted)
                {
                    // What is kept stays in the pipe until the end has come.
                    reader.AdvanceTo(discarding ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                var octets = discarding ? null : read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return new(octets, discarding);
            }
        }
        catch (IOException refused) when (refused is not ConnectionResetException)
        {
            // The client's doing, so a refusal and no fault of ours. Of an impossible chunk size Kestrel says so by a bare IOException.
            return new(null, refused is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge });
        }
    }
}
