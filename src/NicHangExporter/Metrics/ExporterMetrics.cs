using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>
/// The metrics whose values this program owns, in one registry, by subject in the other parts of this class. They live
/// as long as the process. The series of a device exist, at zero, from the moment the device is known, so that the
/// first event is an increase.
/// </summary>
internal sealed partial class ExporterMetrics(OwnRegistry factory)
{
    private static readonly string[] ByDevice = [DeviceLabel.Name];

    public ExporterMetrics() : this(new OwnRegistry(Prometheus.Metrics.NewCustomRegistry()))
    {
    }

    /// <summary>All metrics, in the order in which they are written.</summary>
    public IReadOnlyList<OwnMetric> All => factory.Metrics;

    /// <summary>
    /// Raised before each scrape, on its thread, so that values that change by themselves need no timer. A handler must
    /// not wait.
    /// </summary>
    public event Action? BeforeScrape;

    /// <summary>Raises <see cref="BeforeScrape"/>.</summary>
    public void Refresh() => BeforeScrape?.Invoke();

    /// <summary>Holds exactly the metrics of this class.</summary>
    public CollectorRegistry Registry => factory.Store;

    private static OwnCounter Counter(OwnRegistry factory, string name, string help, params string[] labels) =>
        factory.Counter(name, help, labels);

    private static OwnGauge Gauge(OwnRegistry factory, string name, string help, params string[] labels) =>
        factory.Gauge(name, help, labels);

    // Absent until it is set: without the feature that it belongs to, 0 would be an alarm.
    private static OwnGauge Optional(OwnRegistry factory, string name, string help) =>
        factory.Gauge(name, help, [], isOptional: true);

    private static OwnCounter OptionalCounter(OwnRegistry factory, string name, string help) =>
        factory.Counter(name, help, [], isOptional: true);
}
