using System.Collections.Concurrent;

namespace Identity.Tests.Support;

/// <summary>Keeps every line that is logged, exceptions included.</summary>
public sealed class LogMemory : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Event, string Text)> lines = new();

    public IReadOnlyCollection<(LogLevel Level, EventId Event, string Text)> Lines => lines;

    public string Text => string.Join('\n', lines.Select(line => line.Text));

    public ILogger CreateLogger(string categoryName) => new Writer(lines);

    public void Dispose()
    {
    }

    private sealed class Writer(ConcurrentQueue<(LogLevel, EventId, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, eventId, $"{formatter(state, exception)} {exception}"));
    }
}
