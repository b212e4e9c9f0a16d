using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace NicHangExporter.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILoggerProvider
{
    public ConcurrentQueue<(int Event, LogLevel Level, string Message)> Entries { get; } = [];

    /// <summary>The events whose logging is to fail: where a fault is needed that no input causes.</summary>
    public Func<int, bool> Fails { get; set; } = _ => false;

    public int Count(int eventId) => Entries.Count(entry => entry.Event == eventId);

    /// <summary>The messages of an event, in their order.</summary>
    public IEnumerable<string> Texts(int eventId) =>
        Entries.Where(entry => entry.Event == eventId).Select(entry => entry.Message);

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(RecordingLogger log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (log.Fails(eventId.Id))
                throw new InvalidOperationException("a fault made by the test");
            log.Entries.Enqueue(
                (eventId.Id, logLevel, formatter(state, exception) + (exception is null ? "" : $"\n{exception}")));
        }
    }
}
