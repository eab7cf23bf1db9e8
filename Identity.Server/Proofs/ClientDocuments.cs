namespace Identity.Server.Proofs;

/// <summary>What clients publish at addresses of their own: key sets, sectors. Fetched with a limit and a deadline, without redirects or cookies.</summary>
internal sealed partial class ClientDocuments(IHttpClientFactory http, ILogger<ClientDocuments> logger)
{
    public const string HttpName = "client documents";

    private const int MaxLength = 64 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <returns>Null when it cannot be had, which the log explains.</returns>
    public async Task<string?> FetchAsync(string uri, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var client = http.CreateClient(HttpName);
            client.MaxResponseContentBufferSize = MaxLength;
            return await client.GetStringAsync(new Uri(uri), deadline.Token);
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
