using System.Text;
using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>
/// A metric of <see cref="ExporterMetrics"/>. Its values live in prometheus-net, which does not show whether they have
/// changed. This class keeps the list of series and counts the changes, so that a scrape copies the text of unchanged
/// metrics.
/// </summary>
internal abstract class OwnMetric
{
    private readonly CachedText _text;
    private long _version;

    protected OwnMetric(MetricFamily family, IReadOnlyList<string> labelNames)
    {
        (Family, LabelNames) = (family, labelNames);
        _text = new CachedText(WriteSamples);
    }

    public MetricFamily Family { get; }

    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>Writes the published series. For one thread at a time.</summary>
    public void Write(ExpositionWriter writer) => _text.Write(writer, Interlocked.Read(ref _version));

    /// <summary>To be called after each change. Thread-safe.</summary>
    internal void Changed() => Interlocked.Increment(ref _version);

    /// <summary>Writes the family with its published series.</summary>
    protected abstract void WriteSamples(ExpositionWriter writer);
}

/// <summary>A metric with one series for each combination of label values; with exactly one without labels.</summary>
internal abstract class OwnMetric<TSeries> : OwnMetric
    where TSeries : OwnSeries
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string[], TSeries> _byLabels = new(LabelValues.Comparer);
    private readonly Dictionary<string[], TSeries>.AlternateLookup<ReadOnlySpan<string>> _lookup;
    private readonly List<TSeries> _series = [];
    private TSeries? _only;

    protected OwnMetric(MetricFamily family, IReadOnlyList<string> labelNames) : base(family, labelNames) =>
        _lookup = _byLabels.GetAlternateLookup<ReadOnlySpan<string>>();

    /// <summary>Shows the series of a metric without labels, with 0 if it has no value yet.</summary>
    public void Publish() => Only.Publish();

    /// <summary>The series of these label values. It is published by its first change.</summary>
    public TSeries WithLabels(params ReadOnlySpan<string> values)
    {
        lock (_lock)
        {
            if (_lookup.TryGetValue(values, out var series))
                return series;
            var labels = values.ToArray();
            series = Create(labels);
            _byLabels.Add(labels, series);
            _series.Add(series);
            return series;
        }
    }

    /// <summary>Removes the series of these label values, if there is one.</summary>
    public void RemoveLabelled(params ReadOnlySpan<string> values)
    {
        lock (_lock)
            if (_lookup.Remove(values, out var labels, out var series))
            {
                _series.Remove(series);
                Remove(labels);
            }
            else
                return;
        Changed();
    }

    /// <summary>The label values of all series.</summary>
    public IReadOnlyList<string[]> GetAllLabelValues()
    {
        lock (_lock)
            return [.. _byLabels.Keys];
    }

    /// <summary>The series of a metric without labels.</summary>
    protected TSeries Only => _only ??= WithLabels();

    protected override void WriteSamples(ExpositionWriter writer)
    {
        writer.Declare(Family);
        lock (_lock)
            foreach (var series in _series)
                if (series.IsPublished)
                    writer.Sample(Family).Prepared(series.Labels.Span).Value(series.Value);
    }

    /// <summary><c>name="value"</c> of all labels, quoted and escaped.</summary>
    protected byte[] Labels(string[] values) => Encoding.UTF8.GetBytes(string.Join(',',
        LabelNames.Zip(values, (name, value) => $"{name}=\"{ExpositionWriter.EscapeLabel(value)}\"")));

    protected abstract TSeries Create(string[] values);

    protected abstract void Remove(string[] values);
}

/// <summary>One series. Thread-safe.</summary>
internal abstract class OwnSeries(OwnMetric metric, ReadOnlyMemory<byte> labels, ChildBase child)
{
    private volatile bool _isPublished;

    /// <summary><c>name="value"</c> of all labels, quoted and escaped.</summary>
    public ReadOnlyMemory<byte> Labels => labels;

    /// <summary>True if the series is shown.</summary>
    public bool IsPublished => _isPublished;

    public abstract double Value { get; }

    /// <summary>Shows the series, with 0 if it has no value yet.</summary>
    public void Publish()
    {
        if (_isPublished)
            return;
        child.Publish();
        Changed();
    }

    /// <summary>To be called after each change of the value.</summary>
    protected void Changed()
    {
        _isPublished = true;
        metric.Changed();
    }
}
