using Identity.Server.Mail;

namespace Identity.Server.Jobs;

/// <summary>Delivers mail that waits in the outbox: at once when one is posted here, and every few seconds for those that were posted elsewhere or failed before.</summary>
internal sealed class MailDelivery(Outbox outbox, JobRuns runs, TimeProvider clock, ILogger<MailDelivery> logger)
    : Job("mail delivery", TimeSpan.FromSeconds(5), runs, clock, logger)
{
    public override Task RunAsync(CancellationToken cancellationToken) => outbox.DeliverAsync(cancellationToken);

    protected override Task CalledAsync(CancellationToken cancellationToken) => outbox.CalledAsync(cancellationToken);
}
