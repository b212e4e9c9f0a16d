namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// One record of the kernel log from syslog(2), or several that can't be told apart. It has no number and no
/// dictionary. It is a view of the memory of the <see cref="SyslogReader"/>, valid until the next call.
/// </summary>
public readonly ref struct SyslogRecord
{
    internal SyslogRecord(int priority, TimeSpan sinceBoot, ReadOnlySpan<byte> text, bool mayLackLines)
    {
        Priority = priority;
        SinceBoot = sinceBoot;
        Text = text;
        MayLackLines = mayLackLines;
    }

    /// <summary>The syslog priority, facility and level in one number.</summary>
    public int Priority { get; }

    /// <summary>The origin: 0 is the kernel, as in <see cref="KmsgRecord.Facility"/>.</summary>
    public int Facility => Priority >> 3;

    /// <summary>The kernel's local clock when it was printed.</summary>
    public TimeSpan SinceBoot { get; }

    /// <summary>The text without escapes. Lines are separated by newlines; the last one has none.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>
    /// True if a kernel since 6.3 may have left out lines at the end. Before 6.3 this can happen in any record and is
    /// not detectable.
    /// </summary>
    public bool MayLackLines { get; }
}
