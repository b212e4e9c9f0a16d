using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>One line of a log, without the parts that the log format adds to the message.</summary>
internal readonly ref struct LogLine
{
    /// <summary>The writer of the line.</summary>
    public LogOrigin Origin { get; init; }

    /// <summary>The time. If the line has two times, the time since boot.</summary>
    public LogStamp Stamp { get; init; }

    /// <summary>The other time, if the line has two.</summary>
    public LogStamp OtherStamp { get; init; }

    /// <summary>True if only quotes and blanks precede the message. It may continue the previous line.</summary>
    public bool IsBare => Origin == LogOrigin.Unknown && Stamp.Clock == LogClockKind.None;

    /// <summary>True if VMware's vmkernel wrote it.</summary>
    public bool IsEsx { get; init; }

    public ReadOnlySpan<byte> Text { get; init; }
}

/// <summary>The writer of a line, as far as the line shows it.</summary>
internal enum LogOrigin
{
    /// <summary>Unknown: bare text, or dmesg without facilities.</summary>
    Unknown,
    /// <summary>The kernel: facility 0, or the syslog tag <c>kernel:</c>.</summary>
    Kernel,
    /// <summary>A process. Its text is never a message of the kernel, even if it quotes one.</summary>
    Process,
}
