using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.OpenId.Errors;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.External;

/// <summary>Calls to a provider: each has five seconds, 64 KiB and one attempt, and fails as a value.</summary>
/// <param name="client">One whose connections are not kept: see <see cref="Connection"/>.</param>
/// <param name="timeout">For a whole call.</param>
/// <param name="logger">Learns the step and a number, never an address: secrets travel in the query.</param>
internal sealed partial class ProviderCalls(HttpClient client, TimeSpan timeout, ILogger logger)
{
    public const string HttpName = "external";

    private const int MaxLength = 64 * 1024;

    /// <summary>
    /// A connection for each call. HttpClient repeats a GET whose kept connection was cut before the first octet of an
    /// answer, and the second attempt would meet "code was used".
    /// </summary>
    public static SocketsHttpHandler Connection() => new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.Zero };

    /// <param name="step">What is asked, for the log.</param>
    /// <param name="endpoint">An absolute address without a query.</param>
    /// <param name="query">Names and values; a null value is left out.</param>
    /// <param name="cancellationToken">The request's.</param>
    public Task<Result<JsonElement>> GetAsync(string step, string endpoint, IEnumerable<KeyValuePair<string, string?>> query, CancellationToken cancellationToken) =>
        SendAsync(step, () => new HttpRequestMessage(HttpMethod.Get, Address(endpoint, query)) { Content = new ByteArrayContent([]) }, cancellationToken);

    public Task<Result<JsonElement>> PostAsync(string step, string endpoint, IEnumerable<KeyValuePair<string, string?>> query, JsonObject body, CancellationToken cancellationToken) => SendAsync(
        step,
        () => new HttpRequestMessage(HttpMethod.Post, Address(endpoint, query)) { Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json")) },
        cancellationToken);

    /// <summary>What the provider's own number means is told by its table; this is what the log learns of it.</summary>
    public void Refused(string step, long number, bool ours)
    {
        if (ours)
        {
            OurMistake(step, number);
        }
        else
        {
            Number(step, number);
        }
    }

    /// <summary>An answer that lacks what it must have.</summary>
    public OAuthError Unreadable(string step)
    {
        NoAnswer(step, "unreadable");
        return ExternalRefusals.Unavailable;
    }

    private static string Address(string endpoint, IEnumerable<KeyValuePair<string, string?>> query) => QueryHelpers.AddQueryString(endpoint, query.Where(pair => pair.Value is not null));

    private async Task<Result<JsonElement>> SendAsync(string step, Func<HttpRequestMessage> write, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var request = write();
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if ((int)response.StatusCode >= 500)
            {
                NoAnswer(step, "a fault of theirs");
                return ExternalRefusals.Unavailable;
            }

            if (await ReadAsync(response, deadline.Token) is { } octets && ProviderBody.Read(octets) is { ValueKind: JsonValueKind.Object } answer)
            {
                return answer;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            NoAnswer(step, "too slow");
            return ExternalRefusals.Unavailable;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // Without the exception: its text may have the address in it.
            NoAnswer(step, (failure as HttpRequestException)?.HttpRequestError.ToString() ?? "connection lost");
            return ExternalRefusals.Unavailable;
        }

        return Unreadable(step);
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var octets = new byte[MaxLength + 1];
        var length = await stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxLength ? null : octets[..length];
    }

    [LoggerMessage(4001, LogLevel.Information, "{Step} was refused with number {Number}")]
    private partial void Number(string step, long number);

    [LoggerMessage(4002, LogLevel.Error, "{Step} was refused with number {Number}: what External says of this app is not what the provider knows")]
    private partial void OurMistake(string step, long number);

    [LoggerMessage(4003, LogLevel.Warning, "{Step} had no answer: {Why}")]
    private partial void NoAnswer(string step, string why);
}
