using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>A counter of <see cref="ExporterMetrics"/>. Without labels it is its own only series.</summary>
internal sealed class OwnCounter : OwnMetric<OwnCounter.Series>
{
    private readonly Counter _store;

    public OwnCounter(Counter store)
        : base(new MetricFamily(store.Name, MetricType.Counter, store.Help), store.LabelNames) => _store = store;

    public double Value => Only.Value;

    /// <inheritdoc cref="Series.Inc"/>
    public void Inc(double by = 1) => Only.Inc(by);

    /// <inheritdoc cref="Series.IncTo"/>
    public void IncTo(double value) => Only.IncTo(value);

    protected override Series Create(string[] values) => new(this, Labels(values), _store.WithLabels(values));

    protected override void Remove(string[] values) => _store.RemoveLabelled(values);

    /// <summary>One series.</summary>
    internal sealed class Series(OwnCounter metric, byte[] labels, Counter.Child child) : OwnSeries(metric, labels, child)
    {
        public override double Value => child.Value;

        public void Inc(double by = 1)
        {
            child.Inc(by);
            Changed();
        }

        /// <summary>Sets the value, if it is higher than the present one.</summary>
        public void IncTo(double value)
        {
            if (IsPublished && value <= child.Value)
                return;
            child.IncTo(value);
            Changed();
        }
    }
}
