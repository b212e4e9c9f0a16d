using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Logging;

/// <summary>
/// Serilog, configured in code: its configuration by reflection aborts under Native AOT. Everything goes to standard error;
/// standard output belongs to commands.
/// </summary>
internal static class LoggingSetup
{
    public static Logger Create(ExporterOptions options) => new LoggerConfiguration()
        .MinimumLevel.Is(options.LogLevel switch
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
        .WriteTo.Console(options.LogFormat == LogFormat.Json ? new JsonLineFormatter() : new LogfmtFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
        .CreateLogger();
}
