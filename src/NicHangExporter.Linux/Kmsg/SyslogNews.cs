namespace NicHangExporter.Linux.Kmsg;

/// <summary>How what <see cref="SyslogReader.Poll"/> read relates to what it read before.</summary>
public enum SyslogNews
{
    /// <summary>There is nothing to compare with: the first look, or the log was empty at the last one.</summary>
    First,
    /// <summary>It goes on where the last look ended; nothing is missing.</summary>
    Continued,
    /// <summary>Nothing of the last look is left: the ring overtook this reader, or somebody cleared the log (<c>dmesg
    /// -C</c>). Records may be
    /// missing, how many is unknown.</summary>
    Gap,
    /// <summary>A line has no priority and time in front (printk.time is off), so where a record ends can't be seen.
    /// There is nothing to take.</summary>
    NoTimes,
}
