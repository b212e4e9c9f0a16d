using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>Makes the metrics of <see cref="ExporterMetrics"/>, and has them in the order of their creation.</summary>
/// <param name="store">The registry of prometheus-net that has the values.</param>
internal sealed class OwnRegistry(CollectorRegistry store)
{
    private readonly MetricFactory _factory = Prometheus.Metrics.WithCustomRegistry(store);
    private readonly List<OwnMetric> _metrics = [];

    /// <summary>Holds exactly the metrics of this registry.</summary>
    public CollectorRegistry Store => store;

    public IReadOnlyList<OwnMetric> Metrics => _metrics;

    /// <param name="name">The name.</param>
    /// <param name="help">The text of HELP.</param>
    /// <param name="labels">The names of the labels.</param>
    /// <param name="isOptional">False to show a counter without labels from the start.</param>
    public OwnCounter Counter(string name, string help, string[] labels, bool isOptional = false)
    {
        var isHidden = isOptional || labels.Length > 0;
        var counter = Add(new OwnCounter(_factory.CreateCounter(
            name, help, new CounterConfiguration { LabelNames = labels, SuppressInitialValue = isHidden })));
        if (!isHidden)
            counter.Publish();
        return counter;
    }

    /// <inheritdoc cref="Counter"/>
    public OwnGauge Gauge(string name, string help, string[] labels, bool isOptional = false)
    {
        var isHidden = isOptional || labels.Length > 0;
        var gauge = Add(new OwnGauge(_factory.CreateGauge(
            name, help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = isHidden })));
        if (!isHidden)
            gauge.Publish();
        return gauge;
    }

    /// <summary>A histogram that is absent until it has a value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="help">The text of HELP.</param>
    /// <param name="bounds">The upper bounds of the buckets, ascending, without infinity.</param>
    public OwnHistogram Histogram(string name, string help, params double[] bounds) =>
        Add(new OwnHistogram(_factory.CreateHistogram(
            name, help, new HistogramConfiguration { Buckets = bounds, SuppressInitialValue = true }), bounds));

    private T Add<T>(T metric)
        where T : OwnMetric
    {
        _metrics.Add(metric);
        return metric;
    }
}
