using Identity.OpenId.Errors;
using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts;

/// <summary>
/// Where passwords are hashed: a bounded number at a time, in order of arrival, on threads that serve no requests, so that a
/// rush of sign-ins delays sign-ins only. Whoever comes when the queue is full is sent away before anything is charged,
/// looked up or written.
/// </summary>
internal sealed class HashQueue(AccountsOptions options, IPasswordHasher<Account> hasher, Telemetry telemetry, TimeProvider clock) : IDisposable
{
    private readonly IPasswordHasher<Account> hasher = hasher;
    private readonly SemaphoreSlim turns = new(options.Hashing.AtOnce);
    private readonly int places = options.Hashing.AtOnce * (1 + options.Hashing.Queue);
    private int taken;
    private long lately;

    /// <summary>A place in the queue; null when it is full.</summary>
    public Place? TryEnter()
    {
        if (Interlocked.Increment(ref taken) <= places)
        {
            return new(this);
        }

        Interlocked.Decrement(ref taken);
        telemetry.Throttled.Add(1, new KeyValuePair<string, object?>("limit", "password hashing"));
        return null;
    }

    /// <summary>A place for somebody who comes with what cannot be presented again, such as a code that is used up.</summary>
    public Place Enter()
    {
        Interlocked.Increment(ref taken);
        return new(this);
    }

    /// <summary>Whether the next visitor would find no place: for whoever would have to use up something first.</summary>
    public bool IsFull => Volatile.Read(ref taken) >= places;

    /// <summary>The refusal when there is no place: the same whoever asks for whom.</summary>
    public OAuthError Full() => OAuthError.TemporarilyUnavailable("Too many passwords are being checked at the moment; try again later.", RefusalReason.Busy, Wait());

    public void Dispose() => turns.Dispose();

    // How long those take who are there already.
    private TimeSpan Wait() => TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(TimeSpan.FromTicks(Volatile.Read(ref lately)).TotalSeconds * (1 + options.Hashing.Queue)), 1, 60));

    private async Task<T> RunAsync<T>(Func<T> work)
    {
        await turns.WaitAsync();
        var began = clock.GetTimestamp();
        try
        {
            // A thread of its own: the pool's are for requests, and one thread start is nothing beside a hash.
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        finally
        {
            Volatile.Write(ref lately, clock.GetElapsedTime(began).Ticks);
            turns.Release();
        }
    }

    /// <summary>Stands for one visitor, who may need more than one hash; left when they are done.</summary>
    internal sealed class Place(HashQueue queue) : IDisposable
    {
        private HashQueue? queue = queue;

        private HashQueue Queue => queue ?? throw new ObjectDisposedException(nameof(Place));

        public Task<string> HashAsync(Account account, string password) => Queue.RunAsync(() => Queue.hasher.HashPassword(account, password));

        public Task<PasswordVerificationResult> VerifyAsync(Account account, string hash, string password) => Queue.RunAsync(() => Queue.hasher.VerifyHashedPassword(account, hash, password));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref queue, null) is { } left)
            {
                Interlocked.Decrement(ref left.taken);
            }
        }
    }
}
