namespace Identity.Tests.Support;

/// <summary>A clock that stands still until a test moves it. Its timers never fire: what a background job does is called by name.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private long now = start.ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref now));

    public void Advance(TimeSpan by) => Interlocked.Add(ref now, (long)by.TotalMilliseconds);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Still();

    private sealed class Still : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
