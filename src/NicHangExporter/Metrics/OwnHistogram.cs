using System.Globalization;
using Prometheus;

namespace NicHangExporter.Metrics;

/// <summary>
/// A histogram of <see cref="ExporterMetrics"/> without labels. It counts for itself, because prometheus-net does not
/// give the counts of its buckets. Thread-safe.
/// </summary>
/// <param name="store">The histogram in the registry.</param>
/// <param name="bounds">The inclusive upper bounds of the buckets, ascending, without infinity.</param>
internal sealed class OwnHistogram(Histogram store, double[] bounds)
    : OwnMetric(new MetricFamily(store.Name, MetricType.Histogram, store.Help), store.LabelNames)
{
    private readonly Lock _lock = new();
    private readonly ulong[] _counts = new ulong[bounds.Length + 1];
    private double _sum;
    private bool _isPublished;

    public void Observe(double value)
    {
        lock (_lock)
        {
            var bucket = Array.FindIndex(bounds, bound => value <= bound);
            _counts[bucket < 0 ? bounds.Length : bucket]++;
            _sum += value;
            _isPublished = true;
            store.Observe(value);
        }
        Changed();
    }

    /// <summary>Shows the histogram, with 0 if it has no value yet.</summary>
    public void Publish()
    {
        lock (_lock)
        {
            if (_isPublished)
                return;
            _isPublished = true;
            store.Publish();
        }
        Changed();
    }

    protected override void WriteSamples(ExpositionWriter writer)
    {
        writer.Declare(Family);
        lock (_lock)
        {
            if (!_isPublished)
                return;
            writer.Sample(Family, "_sum"u8).Value(_sum);
            ulong count = 0;
            foreach (var each in _counts)
                count += each;
            writer.Sample(Family, "_count"u8).Value(count);
            ulong upTo = 0;
            for (var bucket = 0; bucket < _counts.Length; bucket++)
            {
                upTo += _counts[bucket];
                writer.Sample(Family, "_bucket"u8).Label("le", Bound(bucket, writer.Format)).Value(upTo);
            }
        }
    }

    // OpenMetrics demands canonical numbers, with a point.
    private string Bound(int bucket, ExpositionFormat format) =>
        bucket == bounds.Length
            ? "+Inf"
            : bounds[bucket].ToString(
                format == ExpositionFormat.OpenMetrics ? "0.0##########" : "g", CultureInfo.InvariantCulture);
}
