namespace NicHangExporter.Metrics;

/// <summary>The state directory and the program's own faults.</summary>
internal sealed partial class ExporterMetrics
{
    public OwnGauge StateConfigured { get; } =
        Gauge(factory, "nichang_state_configured", "Whether option state.directory is set, 0 or 1.");

    public OwnGauge StateUp { get; } =
        Gauge(
            factory,
            "nichang_state_up",
            "Whether position in the kernel log and counts survive a restart of the exporter, 0 or 1: option "
            + "state.directory is set and the last write succeeded.");

    public OwnCounter StateWriteFailures { get; } =
        Counter(
            factory, "nichang_state_write_failures_total",
            "Writes of the exporter's state into the state directory that failed.");

    public OwnCounter MonitorFailures { get; } =
        Counter(
            factory,
            "nichang_monitor_failures_total",
            "Unexpected errors of the exporter's hang monitor and kernel log reader: faults of the exporter, which "
            + "the log describes. A hang may have been missed.");

    public OwnCounter LogDropped { get; } =
        Counter(
            factory, "nichang_log_dropped_total",
            "Log messages of the exporter that were dropped because standard error was not read fast enough.");
}
