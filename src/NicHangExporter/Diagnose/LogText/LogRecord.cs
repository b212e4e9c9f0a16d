using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>One printk record, put together from the lines that a log has made of it.</summary>
internal readonly ref struct LogRecord
{
    /// <summary>The text, unescaped, with the further lines of a report behind LF.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>SUBSYSTEM= of a raw record, or empty.</summary>
    public ReadOnlySpan<byte> Subsystem { get; init; }

    /// <summary>DEVICE= of a raw record, or empty.</summary>
    public ReadOnlySpan<byte> Device { get; init; }

    /// <summary>The time on the log's timeline; zero throughout for a log without times.</summary>
    public TimeSpan At { get; init; }

    /// <summary>True where it may be a report of a hang of which too little is left to count.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>Strict for raw records, lenient for everything that passed through a person's hands.</summary>
    public DetectionMode Mode { get; init; }
}
