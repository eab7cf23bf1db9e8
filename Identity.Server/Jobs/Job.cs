namespace Identity.Server.Jobs;

/// <summary>Something that happens by itself, again and again, on every node. Each run is watched: how long it took, and whether it failed.</summary>
internal abstract partial class Job(string name, TimeSpan interval, JobRuns runs, TimeProvider clock, ILogger logger) : BackgroundService
{
    public string Name => name;

    protected TimeProvider Clock => clock;

    /// <summary>One run; any node may run it at any time, also beside another.</summary>
    public abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Ends when somebody asks for a run before its time.</summary>
    protected virtual Task CalledAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var call = CalledAsync(stoppingToken);
        while (true)
        {
            await await Task.WhenAny(tick, call);
            tick = tick.IsCompleted ? timer.WaitForNextTickAsync(stoppingToken).AsTask() : tick;
            call = call.IsCompleted ? CalledAsync(stoppingToken) : call;
            await AttemptAsync(stoppingToken);
        }
    }

    private async Task AttemptAsync(CancellationToken stoppingToken)
    {
        var began = clock.GetTimestamp();
        Exception? failure = null;
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (Exception broken) when (broken is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // The next run starts from what is in the database, as this one did.
            Failed(broken, name);
            failure = broken;
        }

        await runs.RecordAsync(name, clock.GetElapsedTime(began), failure, stoppingToken);
    }

    [LoggerMessage(3000, LogLevel.Error, "Job {Job} failed; its next run tries again")]
    private partial void Failed(Exception failure, string job);
}
