using System.Text;

namespace NicHangExporter.Metrics;

/// <summary>The kinds of the text format that are used here.</summary>
internal enum MetricType
{
    /// <summary>It only grows, and falls to zero when the kernel or the driver starts anew.</summary>
    Counter,
    /// <summary>It goes up and down.</summary>
    Gauge,
    /// <summary>Counter or gauge, as the driver pleases.</summary>
    Untyped,
}

/// <summary>A metric that is written fresh at each scrape: its name, type and help.</summary>
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

    /// <summary>The full name, prefix and unit included.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public MetricType Type { get; }

    /// <summary>One sentence that names the kernel's file or structure.</summary>
    public string Help { get; }

    internal ReadOnlyMemory<byte> NameUtf8 { get; }

    internal ReadOnlyMemory<byte> HelpUtf8 { get; }
}
