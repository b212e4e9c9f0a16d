using NicHangExporter.Hosting;
using NicHangExporter.Metrics;

namespace NicHangExporter.Remediation;

/// <summary>
/// Keeps the remediation thread alive: an unexpected exception ends one work item and is logged and counted.
/// </summary>
internal sealed partial class FaultGuard(ExporterMetrics metrics, ILogger logger)
{
    /// <returns>False if the work threw.</returns>
    public bool Run(Action work)
    {
        try
        {
            work();
            return true;
        }
#pragma warning disable CA1031 // A thread that ends heals nothing.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            LogFailed(exception);
            return false;
        }
    }

    [LoggerMessage(EventIds.RemediationFailed, LogLevel.Error, "An unexpected error on the remediation thread")]
    private partial void LogFailed(Exception exception);
}
