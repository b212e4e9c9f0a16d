using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>A gauge of <see cref="ExporterMetrics"/>. Without labels it is its own only series.</summary>
internal sealed class OwnGauge : OwnMetric<OwnGauge.Series>
{
    private readonly Gauge _store;

    public OwnGauge(Gauge store)
        : base(new MetricFamily(store.Name, MetricType.Gauge, store.Help), store.LabelNames) => _store = store;

    public double Value => Only.Value;

    public void Set(double value) => Only.Set(value);

    protected override Series Create(string[] values) => new(this, Labels(values), _store.WithLabels(values));

    protected override void Remove(string[] values) => _store.RemoveLabelled(values);

    /// <summary>One series.</summary>
    internal sealed class Series(OwnGauge metric, byte[] labels, Gauge.Child child) : OwnSeries(metric, labels, child)
    {
        public override double Value => child.Value;

        public void Set(double value)
        {
            if (IsPublished && value.Equals(child.Value))
                return;
            child.Set(value);
            Changed();
        }
    }
}
