using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>One printk record, assembled from the lines of a log.</summary>
internal readonly ref struct LogRecord
{
    /// <summary>The unescaped text. Further lines of a report follow LF.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>SUBSYSTEM= of a raw record, or empty.</summary>
    public ReadOnlySpan<byte> Subsystem { get; init; }

    /// <summary>DEVICE= of a raw record, or empty.</summary>
    public ReadOnlySpan<byte> Device { get; init; }

    /// <summary>The time on the log's timeline; zero for all records of a log without times.</summary>
    public TimeSpan At { get; init; }

    /// <summary>True if it may be a report of a hang that is cut off too early to count.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>Strict for raw records, lenient for text that people have passed on.</summary>
    public DetectionMode Mode { get; init; }
}
