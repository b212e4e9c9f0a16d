namespace NicHangExporter.Diagnose.LogText;

/// <summary>One line of a log, without what the log's format puts around the message.</summary>
internal readonly ref struct LogLine
{
    /// <summary>Who wrote it.</summary>
    public LogOrigin Origin { get; init; }

    /// <summary>The time, that since boot where the line has two.</summary>
    public LogStamp Stamp { get; init; }

    /// <summary>The other time, where the line has two.</summary>
    public LogStamp OtherStamp { get; init; }

    /// <summary>True where nothing but quotes and blanks stood before the message: it may go on from the line before.</summary>
    public bool IsBare => Origin == LogOrigin.Unknown && Stamp.Clock == LogClockKind.None;

    /// <summary>True where VMware's vmkernel wrote it.</summary>
    public bool IsEsx { get; init; }

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Text { get; init; }
}

/// <summary>Who wrote a line of a log, as far as the line itself says.</summary>
internal enum LogOrigin
{
    /// <summary>The line doesn't say: bare text, or dmesg without facilities.</summary>
    Unknown,
    /// <summary>The kernel: facility 0, or the syslog tag <c>kernel:</c>.</summary>
    Kernel,
    /// <summary>A process. Whatever it quotes, it is no message of the kernel.</summary>
    Process,
}
