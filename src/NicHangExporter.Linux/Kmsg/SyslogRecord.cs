namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// One record of the kernel log, or several that can't be told apart, as syslog(2) gives it: there is neither a number
/// nor a dictionary.
/// It is a view of memory of the <see cref="SyslogReader"/> that is valid until the next call.
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

    /// <summary>Who speaks: 0 is the kernel, as in <see cref="KmsgRecord.Facility"/>.</summary>
    public int Facility => Priority >> 3;

    /// <summary>The kernel's local clock when it was printed.</summary>
    public TimeSpan SinceBoot { get; }

    /// <summary>The text as it was printed, without escapes: lines are separated by newlines, the last one has
    /// none.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>
    /// True where a kernel since 6.3 may have left out lines at the end. Before 6.3 it may have done so in any record, and
    /// nothing shows it.
    /// </summary>
    public bool MayLackLines { get; }
}
