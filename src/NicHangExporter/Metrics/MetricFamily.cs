using System.Text;

namespace NicHangExporter.Metrics;

/// <summary>The types of metrics that are used here.</summary>
internal enum MetricType
{
    /// <summary>Only increases, and resets to zero when the kernel or the driver restarts. Its name ends in
    /// <c>_total</c>.</summary>
    Counter,
    /// <summary>Increases and decreases.</summary>
    Gauge,
    /// <summary>Counts of values up to the bounds of buckets.</summary>
    Histogram,
    /// <summary>Counter or gauge, depending on the driver.</summary>
    Untyped,
}

/// <summary>A metric: its name, type and help.</summary>
internal sealed class MetricFamily
{
    private const string CounterSuffix = "_total";

    private readonly byte[][] _headers;

    /// <exception cref="ArgumentException">A counter's name does not end in <c>_total</c>, which OpenMetrics
    /// demands.</exception>
    public MetricFamily(string name, MetricType type, string help)
    {
        if (type == MetricType.Counter && !name.EndsWith(CounterSuffix, StringComparison.Ordinal))
            throw new ArgumentException($"the name of counter {name} must end in {CounterSuffix}", nameof(name));
        (Name, Type, Help) = (name, type, help);
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        var text = ExpositionWriter.EscapeHelp(help);
        // In OpenMetrics the family of a counter has no suffix, only its samples, and a HELP has quotation marks
        // escaped.
        _headers =
        [
            Header(name, text, Word(type, "untyped")),
            Header(
                type == MetricType.Counter ? name[..^CounterSuffix.Length] : name,
                text.Replace("\"", "\\\"", StringComparison.Ordinal), Word(type, "unknown")),
        ];
    }

    /// <summary>The full name of the samples, with prefix and unit.</summary>
    public string Name { get; }

    public MetricType Type { get; }

    /// <summary>One sentence that names the kernel's file or structure.</summary>
    public string Help { get; }

    internal ReadOnlyMemory<byte> NameUtf8 { get; }

    /// <summary>The HELP and TYPE lines.</summary>
    internal ReadOnlySpan<byte> Header(ExpositionFormat format) => _headers[(int)format];

    private static byte[] Header(string name, string help, string type) =>
        Encoding.UTF8.GetBytes($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static string Word(MetricType type, string untyped) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => untyped,
    };
}
