namespace NicHangExporter.Linux.Kmsg;

/// <summary>What <see cref="KmsgReader.Read"/> found.</summary>
public enum KmsgReadStatus
{
    /// <summary>One record.</summary>
    Record,
    /// <summary>EAGAIN: no record now, and more may come.</summary>
    NothingNow,
    /// <summary>
    /// EPIPE: the kernel's ring overtook this reader. Its position is now the oldest record that is left; go on reading, and the next
    /// record's number tells how many are lost (<see cref="KmsgSequence"/>).
    /// </summary>
    Overrun,
    /// <summary>
    /// EINVAL, or a record of a recording that is longer than any kernel writes: it did not fit, it is consumed and lost. From the device it
    /// shows as a gap in the numbers as well: do not count it twice.
    /// </summary>
    Oversized,
    /// <summary>The end of a recording in a regular file. <see cref="KmsgReader.Wait"/> returns when the file has grown.</summary>
    EndOfFile,
}
