using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>
/// The metrics whose values this program owns, in one registry, by subject in the other parts of this class. They live
/// as long as the process. The series of a device exist, at zero, from the moment the device is known, so that the
/// first event is an increase.
/// </summary>
internal sealed partial class ExporterMetrics(MetricFactory factory, CollectorRegistry registry)
{
    private static readonly string[] ByDevice = [DeviceLabel.Name];

    public ExporterMetrics() : this(Prometheus.Metrics.NewCustomRegistry())
    {
    }

    private ExporterMetrics(CollectorRegistry registry)
        : this(Prometheus.Metrics.WithCustomRegistry(registry), registry)
    {
    }

    /// <summary>Holds exactly the metrics of this class.</summary>
    public CollectorRegistry Registry => registry;

    public Gauge CapabilityPresent { get; } =
        Gauge(
            factory,
            "nichang_capability_present",
            "Whether the exporter has the capability, 0 or 1: net_admin to change devices, syslog to read the "
            + "kernel log.",
            "capability");

    public Gauge StateConfigured { get; } =
        Gauge(factory, "nichang_state_configured", "Whether option state.directory is set, 0 or 1.");

    public Gauge StateUp { get; } =
        Gauge(
            factory,
            "nichang_state_up",
            "Whether position in the kernel log and counts survive a restart of the exporter, 0 or 1: option "
            + "state.directory is set and the last write succeeded.");

    public Counter StateWriteFailures { get; } =
        Counter(
            factory, "nichang_state_write_failures_total",
            "Writes of the exporter's state into the state directory that failed.");

    public Counter MonitorFailures { get; } =
        Counter(
            factory,
            "nichang_monitor_failures_total",
            "Unexpected errors of the exporter's hang monitor and kernel log reader: faults of the exporter, which "
            + "the log describes. A hang may have been missed.");

    public Counter LogDropped { get; } =
        Counter(
            factory, "nichang_log_dropped_total",
            "Log messages of the exporter that were dropped because standard error was not read fast enough.");

    private static Counter Counter(MetricFactory factory, string name, string help, params string[] labels) =>
        factory.CreateCounter(
            name, help, new CounterConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });

    private static Gauge Gauge(MetricFactory factory, string name, string help, params string[] labels) =>
        factory.CreateGauge(
            name, help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });

    // Absent until it is set: without the feature that it belongs to, 0 would be an alarm.
    private static Gauge Optional(MetricFactory factory, string name, string help) =>
        factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });

    private static Counter OptionalCounter(MetricFactory factory, string name, string help) =>
        factory.CreateCounter(name, help, new CounterConfiguration { SuppressInitialValue = true });
}
