namespace Identity.Server.Hosting;

/// <summary>Between the word to stop and the closing of the door: readiness is red already, and requests that were on their way are still answered.</summary>
internal sealed class ShutdownDelay(HostingOptions options, TimeProvider clock) : IHostedLifecycleService
{
    /// <summary>How long a stop may take beyond the delay before what is unfinished is broken off.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.ShutdownDelay > TimeSpan.Zero)
        {
            await Task.Delay(options.ShutdownDelay, clock, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
