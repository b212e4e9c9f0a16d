using NicHangExporter.Detection.Patterns;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Detection;

/// <summary>Finds the records of the kernel log that concern a NIC and that the kernel wrote.</summary>
internal sealed partial class RecordDetector(
    ExporterOptions options, ExporterMetrics metrics, TimeProvider clock, ILogger logger)
{
    private readonly LogThrottle _untrustedLog = new(clock);
    private readonly LogThrottle _failedLog = new(clock);

    /// <summary>Makes an event of a record. An unexpected error is logged and counted: the ring keeps a record, so one
    /// that ended the process would end it again at each start.</summary>
    /// <param name="entry">The record.</param>
    /// <param name="at">The time of a live event; the latest time of a replayed one.</param>
    /// <param name="isReplay">The record was in the ring before this process could read it.</param>
    /// <param name="isHistory">An earlier process may have counted it.</param>
    /// <param name="item">The event.</param>
    /// <returns>False if the record does not concern a NIC.</returns>
    public bool TryDetect(in KernelEntry entry, TimeSpan at, bool isReplay, bool isHistory, out KernelLogEvent item)
    {
        item = default;
        try
        {
            if (!HangDetector.TryDetect(
                entry.Text, entry.Subsystem, entry.Device, DetectionMode.Kernel, out var message)
                || !IsAccepted(entry, message))
                return false;
            var time = isReplay && entry.SinceBoot < at ? entry.SinceBoot : at;
            var line = new KernelLine(entry.SinceBoot, KernelLine.Printable(entry.Text));
            item = new KernelLogEvent(message, time, isReplay, isHistory, line)
            {
                IsTrusted = entry.IsKernel,
            };
            return true;
        }
#pragma warning disable CA1031 // One bad record must not end the thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            if (_failedLog.IsDue(1, out var records))
                LogFailed(exception, records, entry.SinceBoot.TotalSeconds);
            return false;
        }
    }

    // The kernel gives every record of user space a facility other than 0.
    private bool IsAccepted(in KernelEntry entry, in NicMessage message)
    {
        if (entry.IsKernel)
            return true;
        if (message.ReportsHang)
        {
            metrics.KmsgUntrusted.Inc();
            if (_untrustedLog.IsDue(1, out var messages))
                LogUntrustedHang(messages, entry.Facility, options.Detection.AcceptUntrusted
                    ? "counted, because --kmsg.accept-untrusted is on" : "not counted as a hang");
        }
        return options.Detection.AcceptUntrusted;
    }

    [LoggerMessage(EventIds.UntrustedHang, LogLevel.Warning,
        "User space wrote {Messages} hang messages into the kernel log (facility {Facility}): {Verdict}")]
    private partial void LogUntrustedHang(ulong messages, int facility, string verdict);

    [LoggerMessage(EventIds.KmsgFailed, LogLevel.Error,
        "Unexpected error in {Records} records of the kernel log, which were skipped; the last one was printed "
        + "{Seconds} seconds after boot")]
    private partial void LogFailed(Exception exception, ulong records, double seconds);
}
