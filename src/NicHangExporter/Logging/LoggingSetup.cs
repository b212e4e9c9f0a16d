using NicHangExporter.Options;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Logging;

/// <summary>
/// Configures Serilog in code, because its configuration by reflection aborts under Native AOT. All logs go to standard
/// error; standard output is for commands. Logging does not wait for the reader of the log (<see cref="QueuedSink"/>)
/// and does not fill the disk (<see cref="BudgetedSink"/>).
/// </summary>
internal static class LoggingSetup
{
    /// <summary>Creates the logger. Its disposal writes the queued events.</summary>
    /// <param name="options">Level and format.</param>
    /// <param name="clock">Dates the queue's own messages.</param>
    /// <param name="onDropped">Called for each dropped message, on the thread that logs it.</param>
    public static Logger Create(ExporterOptions options, TimeProvider clock, Action onDropped) =>
        new LoggerConfiguration()
        .MinimumLevel.Is(options.Logging.Level switch
        {
            LogLevel.Debug => LogEventLevel.Debug,
            LogLevel.Information => LogEventLevel.Information,
            LogLevel.Warning => LogEventLevel.Warning,
            _ => LogEventLevel.Error,
        })
        // Informational events of the web server only repeat the metrics.
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        // The host logs exceptions that it also throws, so a port in use would be logged twice.
        .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
        .WriteTo.Sink(new BudgetedSink(new QueuedSink(StandardError(options.Logging.Format), clock, onDropped), clock))
        .CreateLogger();

    private static Logger StandardError(LogFormat format) => new LoggerConfiguration()
        .MinimumLevel.Verbose()
            .WriteTo.Console(
                format == LogFormat.Json ? new JsonLineFormatter() : new LogfmtFormatter(),
                standardErrorFromLevel: LogEventLevel.Verbose)
        .CreateLogger();
}
