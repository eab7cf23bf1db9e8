using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Identity.Tests.Support;

/// <summary>A wire to PostgreSQL that breaks where a test says: before the server hears a word, or after it has done what it heard and before the answer comes back.</summary>
internal sealed class PostgresWire : IAsyncDisposable
{
    // ReadyForQuery, five octets long with its length: the server has done all that it was asked.
    private static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder behind;
    private readonly CancellationTokenSource end = new();
    private readonly Lock door = new();
    private (string Word, bool Heard)? armed;

    public PostgresWire(string connectionString)
    {
        behind = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>How often it broke.</summary>
    public int Breaks { get; private set; }

    public string ConnectionString => new NpgsqlConnectionStringBuilder(behind.ConnectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, SslMode = SslMode.Disable }.ToString();

    /// <summary>The next message with this word never arrives.</summary>
    public void BreakBefore(string word) => Arm(word, heard: false);

    /// <summary>The next message with this word arrives, and its answer does not come back.</summary>
    public void BreakAfter(string word) => Arm(word, heard: true);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        end.Dispose();
    }

    private void Arm(string word, bool heard)
    {
        lock (door)
        {
            armed = (word, heard);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(end.Token));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var one = client;
        using var other = new TcpClient(behind.Host!, behind.Port) { NoDelay = true };
        one.NoDelay = true;
        var swallow = new TaskCompletionSource();
        try
        {
            // Whichever ends first ends the other.
            await Task.WhenAny(AskAsync(one.GetStream(), other.GetStream(), swallow), AnswerAsync(other.GetStream(), one.GetStream(), swallow.Task));
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // As a wire does.
        }
    }

    private async Task AskAsync(NetworkStream from, NetworkStream to, TaskCompletionSource swallow)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, end.Token) is var count and > 0)
        {
            switch (Break(buffer.AsSpan(0, count)))
            {
                case false:
                    return;
                case true:
                    swallow.SetResult();
                    break;
            }

            await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, Task swallow)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, end.Token) is var count and > 0)
        {
            if (!swallow.IsCompleted)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
            }
            else if (buffer.AsSpan(0, count).IndexOf(Ready) >= 0)
            {
                return;
            }
        }
    }

    /// <summary>Null for passing on, otherwise whether the server still hears it.</summary>
    private bool? Break(ReadOnlySpan<byte> message)
    {
        lock (door)
        {
            if (armed is not var (word, heard) || message.IndexOf(Encoding.ASCII.GetBytes(word)) < 0)
            {
                return null;
            }

            armed = null;
            Breaks++;
            return heard;
        }
    }
}
