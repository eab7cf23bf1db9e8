using Identity.Compat;
using Identity.Server.Compat;

namespace Identity.Server.Jobs;

/// <summary>Brings the counts of legacy calls into the database, every ten seconds and at the end: a request writes nothing for it.</summary>
internal sealed partial class UsageKeeping(LegacyUsage usage, UsageLedger ledger, JobRuns runs, TimeProvider clock, ILogger<UsageKeeping> logger)
    : Job("legacy usage", TimeSpan.FromSeconds(10), runs, clock, logger)
{
    private bool remembered;

    public override Task RunAsync(CancellationToken cancellationToken) => KeepAsync(cancellationToken);

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
        try
        {
            await KeepAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            NotKept(failure);
        }
    }

    [LoggerMessage(3011, LogLevel.Error, "The last counts of legacy calls could not be kept")]
    private partial void NotKept(Exception failure);
}
