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

    /// <summary>
    /// Raised before each scrape, on its thread, so that values that change by themselves need no timer. A handler must
    /// not wait.
    /// </summary>
    public event Action? BeforeScrape;

    /// <summary>Raises <see cref="BeforeScrape"/>.</summary>
    public void Refresh() => BeforeScrape?.Invoke();

    /// <summary>Holds exactly the metrics of this class.</summary>
    public CollectorRegistry Registry => registry;

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
