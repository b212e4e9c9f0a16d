using System.Text;

namespace NicHangExporter.Metrics;

/// <summary>The types of the text format that are used here.</summary>
internal enum MetricType
{
    /// <summary>Only increases, and resets to zero when the kernel or the driver restarts.</summary>
    Counter,
    /// <summary>Increases and decreases.</summary>
    Gauge,
    /// <summary>Counter or gauge, depending on the driver.</summary>
    Untyped,
}

/// <summary>A metric that is written at each scrape: its name, type and help.</summary>
internal sealed class MetricFamily
{
    public MetricFamily(string name, MetricType type, string help)
    {
        Name = name;
        Type = type;
        Help = help;
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        HelpUtf8 = Encoding.UTF8.GetBytes(ExpositionWriter.EscapeHelp(help));
    }

    /// <summary>The full name, with prefix and unit.</summary>
    public string Name { get; }

    public MetricType Type { get; }

    /// <summary>One sentence that names the kernel's file or structure.</summary>
    public string Help { get; }

    internal ReadOnlyMemory<byte> NameUtf8 { get; }

    internal ReadOnlyMemory<byte> HelpUtf8 { get; }
}
