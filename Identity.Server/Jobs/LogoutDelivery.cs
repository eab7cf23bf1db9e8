using Identity.Server.Clients;
using Identity.Server.Data;
using Identity.Server.Issuing;
using Identity.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Jobs;

/// <summary>Tells clients of ended sessions, Back-Channel Logout 1.0 §2.5: a signed token, posted, and again with growing pauses until it is taken.</summary>
internal sealed partial class LogoutDelivery(LogoutQueue queue, ClientDirectory clients, TokenIssuer issuer, Subjects subjects, IdentityStore store, IHttpClientFactory http, JobRuns runs, TimeProvider clock, ILogger<LogoutDelivery> logger)
    : Job("logout delivery", TimeSpan.FromSeconds(1), runs, clock, logger)
{
    public const string HttpName = "back-channel logout";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Delivers everything that is due now.</summary>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        var due = await queue.TakeAsync(cancellationToken);
        // Side by side: one client that hangs must not hold up the others.
        await Task.WhenAll(due.Select(row => DeliverAsync(row, cancellationToken)));
    }

    public override Task RunAsync(CancellationToken cancellationToken) => DeliverAsync(cancellationToken);

    private async Task DeliverAsync(LogoutDeliveryRow row, CancellationToken cancellationToken)
    {
        if (clients.Find(row.ClientId)?.Metadata is not { BackchannelLogoutUri: { } uri } client)
        {
            await queue.SettleAsync(row, delivered: true, again: false, cancellationToken);
            return;
        }

        // The queue knows the account; the client may know the person by another name.
        var account = client.Sector is null || row.AccountId > 0 ? row.AccountId : await store.ReadAsync(db => db.Accounts.Where(one => one.Subject == row.Subject).Select(one => one.Id).SingleOrDefaultAsync(cancellationToken), cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var sender = http.CreateClient(HttpName);
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", issuer.LogoutToken(client, row.Issuer, subjects.For(account, row.Subject, client), row.Sid))]);
            using var response = await sender.PostAsync(new Uri(uri), form, deadline.Token);
            // §2.8: 200 (or 204) is done, 400 is a no that stays one.
            await queue.SettleAsync(row, response.IsSuccessStatusCode, response.StatusCode != System.Net.HttpStatusCode.BadRequest, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                Refused(row.ClientId, (int)response.StatusCode);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Unreachable(row.ClientId, failure.GetType().Name);
            await queue.SettleAsync(row, delivered: false, again: true, cancellationToken);
        }
    }

    [LoggerMessage(3004, LogLevel.Warning, "Client {Client} answered a back-channel logout with {Status}")]
    private partial void Refused(string client, int status);

    [LoggerMessage(3005, LogLevel.Warning, "Client {Client} could not be reached for a back-channel logout: {Failure}")]
    private partial void Unreachable(string client, string failure);
}
