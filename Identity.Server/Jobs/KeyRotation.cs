using Identity.Server.Keys;

namespace Identity.Server.Jobs;

/// <summary>Makes the signing keys that are owed, every hour; announcing takes days, so an hour more or less is nothing.</summary>
internal sealed partial class KeyRotation(SigningKeys keys, TimeProvider clock, ILogger<KeyRotation> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await keys.RotateAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    [LoggerMessage(3002, LogLevel.Error, "Could not rotate the signing keys")]
    private partial void Failed(Exception failure);
}
