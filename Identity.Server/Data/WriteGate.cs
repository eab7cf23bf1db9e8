namespace Identity.Server.Data;

/// <summary>
/// SQLite has one writer. Waiting for it here is a queue in order of arrival that holds no thread; waiting inside the
/// driver is a sleeping thread and a second-long tail. PostgreSQL has many writers, and there the gate stands open.
/// </summary>
internal sealed class WriteGate(bool oneWriter) : IDisposable
{
    private readonly SemaphoreSlim? turn = oneWriter ? new(1, 1) : null;

    public async ValueTask<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        if (turn is not null)
        {
            await turn.WaitAsync(cancellationToken);
        }

        return new(turn);
    }

    /// <summary>For a thread that does nothing else.</summary>
    public Pass Enter()
    {
        turn?.Wait();
        return new(turn);
    }

    public void Dispose() => turn?.Dispose();

    internal readonly struct Pass(SemaphoreSlim? turn) : IDisposable
    {
        public void Dispose() => turn?.Release();
    }
}
