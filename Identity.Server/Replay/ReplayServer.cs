using System.Globalization;
using System.Text;

namespace Identity.Server.Replay;

/// <summary>One of the two servers: sends what was recorded and remembers what came back. It follows no redirect and keeps no cookie.</summary>
internal sealed class ReplayServer(HttpClient http, Uri address, ReplayValues values)
{
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>Null where the server gave no answer.</summary>
    public async Task<ReplayAnswer?> SendAsync(RecordedExchange exchange, CancellationToken cancellationToken)
    {
        using var request = Request(exchange.Asked);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var body = await ReadAsync(response, cancellationToken);
            values.Learn(body);
            return new((int)response.StatusCode, Headers(response), values.Hide(body));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static Dictionary<string, string> Headers(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, several) in response.Headers.Concat(response.Content.Headers))
        {
            headers[name] = string.Join(", ", several);
        }

        return headers;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var octets = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(octets, 0, length);
    }

    private HttpRequestMessage Request(string asked)
    {
        var (head, body) = asked.Split("\n\n", 2) is [var h, var b] ? (h, b) : (asked, "");
        var lines = values.FillHead(head).Split('\n');
        var headers = lines[1..].Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2).Select(parts => (Name: parts[0].Trim(), Value: parts[1].Trim())).ToList();
        var type = headers.Find(header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        var filled = values.FillBody(body, type);
        // RFC 2046 §4.1.1: the lines of a multipart body end in CRLF, which the file does not keep.
        var octets = Encoding.UTF8.GetBytes(type?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true ? filled.ReplaceLineEndings("\r\n") : filled);
        var target = lines[0].Split(' ') is [_, var path, ..] ? path : "/";
        var request = new HttpRequestMessage(new HttpMethod(lines[0].Split(' ')[0]), new Uri(address.AbsoluteUri.TrimEnd('/') + target))
        {
            Content = octets.Length > 0 || type is not null ? new ByteArrayContent(octets) : null,
        };
        foreach (var (name, value) in headers.Where(header => header.Name.ToUpperInvariant() is not ("HOST" or "CONNECTION" or "CONTENT-LENGTH" or "ACCEPT-ENCODING")))
        {
            // As they stand there: a wrong one is part of what is tried.
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");
}
