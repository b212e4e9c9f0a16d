using Microsoft.Extensions.Logging.Abstractions;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace NicHangExporter.Logging;

/// <summary>
/// Passes the events of <c>Microsoft.Extensions.Logging</c> to Serilog. Scopes are dropped: no formatter writes them.
/// </summary>
/// <remarks>
/// Not Serilog.Extensions.Logging: it compiles 4 KB of code for each shape of a log message, and this program has 48.
/// </remarks>
/// <param name="log">Receives the events. It is not disposed of with this object.</param>
/// <param name="clock">Dates the events.</param>
internal sealed class LogProvider(Logger log, TimeProvider clock) : ILoggerProvider
{
    /// <summary>The value in which the state of an event has its template.</summary>
    private const string Template = "{OriginalFormat}";

    /// <summary>
    /// Logs the begin and the end of each request, at a level that is never written. A logger that is enabled at any
    /// level makes it allocate an activity with its ids for each request. What else this source logs is dropped, too:
    /// an error while the server starts, which is also thrown, and warnings about settings of the framework that this
    /// program does not read (HTTP_PORTS, hosting startup assemblies).
    /// </summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => categoryName == Requests
        ? NullLogger.Instance
        : new Category(log.ForContext(Constants.SourceContextPropertyName, categoryName), clock);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };

    private sealed class Category(Serilog.ILogger target, TimeProvider clock) : ILogger
    {
        /// <inheritdoc/>
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        /// <inheritdoc/>
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && target.IsEnabled(LevelOf(logLevel));

        // Compiled for each type of state, so it holds nothing but the calls that need the type.
        /// <inheritdoc/>
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Write(LevelOf(logLevel), eventId, state, exception,
                    state is IEnumerable<KeyValuePair<string, object?>> ? null : formatter(state, exception));
        }

        private void Write(LogEventLevel level, EventId id, object? state, Exception? exception, string? text)
        {
            var template = text is null ? null : new MessageTemplate([new TextToken(text)]);
            var properties = new List<LogEventProperty>();
            foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
                if (name == Template && value is string format)
                    target.BindMessageTemplate(format, [], out template, out _);
                else if (target.BindProperty(name, value, destructureObjects: false, out var property))
                    properties.Add(property);
            if (id.Id != 0)
                properties.Add(new LogEventProperty("EventId",
                    new StructureValue([new LogEventProperty("Id", new ScalarValue(id.Id))])));
            target.Write(
                new LogEvent(clock.GetUtcNow(), level, exception, template ?? MessageTemplate.Empty, properties));
        }
    }
}
