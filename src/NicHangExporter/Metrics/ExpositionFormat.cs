namespace NicHangExporter.Metrics;

/// <summary>The text formats of an exposition. They differ in HELP and TYPE lines, in the buckets' bounds and at the
/// end.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    Text,
    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}
