using Identity.OpenId.Clients;
using Identity.Server.Hosting;

namespace Identity.Server.Proofs;

/// <summary>What clients publish at addresses of their own: key sets, sectors. Fetched with a limit and a deadline, without redirects or cookies.</summary>
internal sealed partial class ClientDocuments(IHttpClientFactory http, ILogger<ClientDocuments> logger)
{
    public const string HttpName = "client documents";

    private const int MaxLength = 64 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <param name="client">Who says so: where a stranger sends us, we go only if it is a public address.</param>
    /// <param name="uri">The address.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>Null when it cannot be had, which the log explains.</returns>
    public async Task<string?> FetchAsync(ClientMetadata client, string uri, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var caller = http.CreateClient(client.IsStranger ? StrangersHttp.Name : HttpName);
            caller.MaxResponseContentBufferSize = MaxLength;
            return await caller.GetStringAsync(new Uri(uri), deadline.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The second is a charset that nobody knows.
            Failed(uri, failure.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(1501, LogLevel.Warning, "The document of a client at {Uri} could not be fetched: {Failure}")]
    private partial void Failed(string uri, string failure);
}
