using Identity.Server.Keys;

namespace Identity.Server.Jobs;

/// <summary>Makes the signing keys that are owed, every hour; announcing takes days, so an hour more or less is nothing.</summary>
internal sealed class KeyRotation(SigningKeys keys, JobRuns runs, TimeProvider clock, ILogger<KeyRotation> logger)
    : Job("key rotation", TimeSpan.FromHours(1), runs, clock, logger)
{
    public override Task RunAsync(CancellationToken cancellationToken) => keys.RotateAsync(cancellationToken);
}
