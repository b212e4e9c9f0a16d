using NicHangExporter.Options;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Logging;

/// <summary>
/// Serilog, configured in code: its configuration by reflection aborts under Native AOT. Everything goes to standard error;
/// standard output belongs to commands. Nobody who logs waits for whoever reads it
/// (<see cref="QueuedSink"/>), and nobody fills the disk (<see cref="BudgetedSink"/>).
/// </summary>
internal static class LoggingSetup
{
    /// <summary>The logger, whose disposal writes what is still queued.</summary>
    /// <param name="options">Level and format.</param>
    /// <param name="clock">Dates what the queue says of itself.</param>
    /// <param name="onDropped">Called for each message that is dropped, on the thread that logs it.</param>
    public static Logger Create(ExporterOptions options, TimeProvider clock, Action onDropped) => new LoggerConfiguration()
        .MinimumLevel.Is(options.Logging.Level switch
        {
            LogLevel.Debug => LogEventLevel.Debug,
            LogLevel.Information => LogEventLevel.Information,
            LogLevel.Warning => LogEventLevel.Warning,
            _ => LogEventLevel.Error,
        })
        // The web server's chatter tells an operator nothing that the metrics don't.
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System", LogEventLevel.Warning)
        // It logs, with a stack trace, what it also throws: a port in use would be said twice.
        .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
        .WriteTo.Sink(new BudgetedSink(new QueuedSink(StandardError(options.Logging.Format), clock, onDropped), clock))
        .CreateLogger();

    private static Logger StandardError(LogFormat format) => new LoggerConfiguration()
        .MinimumLevel.Verbose()
        .WriteTo.Console(format == LogFormat.Json ? new JsonLineFormatter() : new LogfmtFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
        .CreateLogger();
}
