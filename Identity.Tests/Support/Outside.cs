using System.Collections.Concurrent;
using System.Net;

namespace Identity.Tests.Support;

/// <summary>Everything outside the server. Whatever was not registered throws, so that no test reaches a network by accident.</summary>
public sealed class Outside : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, Func<string, HttpResponseMessage>> answers = new(StringComparer.Ordinal);

    /// <summary>Address and body of each call, in order.</summary>
    public ConcurrentQueue<(string Address, string Body)> Calls { get; } = new();

    public void Register(string address, Func<string, HttpResponseMessage> answer) => answers[address] = answer;

    public void Register(string address, HttpStatusCode status, string body = "") => Register(address, _ => new HttpResponseMessage(status) { Content = new StringContent(body) });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.AbsoluteUri;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Calls.Enqueue((address, body));
        return answers.TryGetValue(address, out var answer) ? answer(body) : throw new HttpRequestException($"Nothing is registered for {address}.");
    }
}
