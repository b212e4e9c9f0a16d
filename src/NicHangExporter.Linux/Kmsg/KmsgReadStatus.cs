namespace NicHangExporter.Linux.Kmsg;

/// <summary>The result of <see cref="KmsgReader.Read"/>.</summary>
public enum KmsgReadStatus
{
    /// <summary>One record.</summary>
    Record,
    /// <summary>EAGAIN: no record is available now.</summary>
    NothingNow,
    /// <summary>
    /// EPIPE: the kernel's ring overtook this reader. The position is now the oldest record that is left. Continue
    /// reading; the number of the next record tells how many are lost (<see cref="KmsgSequence"/>).
    /// </summary>
    Overrun,
    /// <summary>
    /// EINVAL, or a record of a recording that is longer than any that the kernel writes: the record did not fit and is
    /// lost. On the device it also appears as a gap in the numbers, so do not count it twice.
    /// </summary>
    Oversized,
    /// <summary>
    /// The end of a recording in a regular file. <see cref="KmsgReader.Wait"/> returns after the file has grown.
    /// </summary>
    EndOfFile,
}
