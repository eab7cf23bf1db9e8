using Identity.Compat;
using Identity.Server.Compat;

namespace Identity.Server.Jobs;

/// <summary>Brings the counts of legacy calls into the database, every ten seconds and at the end: a request writes nothing for it.</summary>
internal sealed partial class UsageKeeping(LegacyUsage usage, UsageLedger ledger, TimeProvider clock, ILogger<UsageKeeping> logger) : BackgroundService
{
    private bool remembered;

    /// <summary>Keeps what was counted since the last time; what cannot be kept now is tried again.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (!remembered)
        {
            await ledger.RecallAsync(usage, cancellationToken);
            remembered = true;
        }

        var taken = usage.Take();
        try
        {
            await ledger.AddAsync(taken, cancellationToken);
        }
        catch
        {
            usage.PutBack(taken);
            throw;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        do
        {
            await TryAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await KeepAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(failure);
        }
    }

    [LoggerMessage(3008, LogLevel.Error, "Could not keep the counts of legacy calls")]
    private partial void Failed(Exception failure);
}
