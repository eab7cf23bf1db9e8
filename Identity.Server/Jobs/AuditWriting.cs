using Identity.Server.Data;
using Identity.Server.Hosting;

namespace Identity.Server.Jobs;

/// <summary>Writes the audit trail behind the requests' backs, many events in one commit. It stops last and leaves nothing behind.</summary>
internal sealed partial class AuditWriting(AuditTrail trail, IdentityStore store, TimeProvider clock, ILogger<AuditWriting> logger) : BackgroundService
{
    private const int Batch = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    // What could not be written comes first the next time.
    private readonly List<AuditEvent> waiting = [];

    /// <summary>Writes everything that was heard until now.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            while (Gather())
            {
                await store.WriteAsync(
                    async db =>
                    {
                        db.AddRange(waiting.Select(Row));
                        return await db.SaveChangesAsync(cancellationToken);
                    },
                    cancellationToken);
                waiting.Clear();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            NotWritten(failure, waiting.Count + trail.Events.Count);
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await trail.Events.WaitToReadAsync(stoppingToken))
        {
            // Others will follow the first, and share its commit.
            await Task.Delay(Pause, clock, stoppingToken);
            try
            {
                // Not the token: a commit that is broken off may stand all the same, and would be written twice.
                await FlushAsync(CancellationToken.None);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    private static AuditEventRow Row(AuditEvent heard) => new()
    {
        At = heard.At,
        EventId = heard.EventId,
        What = heard.What,
        Subject = heard.Subject,
        Address = heard.Address,
        ClientId = heard.Client,
        Outcome = heard.Outcome,
        Detail = heard.Detail,
    };

    private bool Gather()
    {
        if (trail.TakeLost() is > 0 and var lost)
        {
            // Said by the trail itself: through the log it could be lost as well.
            waiting.Add(new(clock.GetUtcNow(), 2999, "EventsLost", null, null, null, "alarm", $$"""{"Count":"{{lost}}"}"""));
        }

        while (waiting.Count < Batch && trail.Events.TryRead(out var heard))
        {
            waiting.Add(heard);
        }

        return waiting.Count > 0;
    }

    [LoggerMessage(3008, LogLevel.Error, "The audit trail could not be written; it is tried again")]
    private partial void Failed(Exception failure);

    [LoggerMessage(3009, LogLevel.Critical, "{Events} events of the audit trail were not written before the end; the log has them")]
    private partial void NotWritten(Exception failure, int events);
}
