namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Reads the kernel log by syslog(2), for processes that have CAP_SYSLOG but no /dev/kmsg. It does not affect other
/// readers. The system call has no position: each poll copies the newest part of the ring, and the new records are
/// those that follow the end of the previous poll.
/// </summary>
/// <remarks>
/// Each line of a record has the same prefix, so the end of a record is not visible. Consecutive lines with the same
/// priority, time and caller are given as one record. A text can't split its record, because it can't change the
/// prefix. One thread owns a reader.
/// </remarks>
public sealed class SyslogReader
{
    /// <summary>
    /// The largest part of the ring that is read. The newest records matter, and the ring of a large host has many MiB.
    /// </summary>
    private const int MaxWindow = 1 << 20;

    /// <summary>Space for the ring of the smallest kernel (LOG_BUF_SHIFT 12) and its prefixes.</summary>
    private const int MinWindow = 16 * 1024;

    /// <summary>Longer than any record (PRINTK_MESSAGE_MAX is 2 KiB).</summary>
    private const int MaxText = 16 * 1024;

    /// <summary>
    /// The buffer in which the kernel formats a record (PRINTK_MESSAGE_MAX since 6.3, kernel/printk/internal.h). It
    /// includes the prefix of each line, and the kernel leaves out lines that do not fit (record_print_text()).
    /// </summary>
    private const int RecordBufferSize = 2048;

    /// <summary>The longest text of a record, before prefixes (PRINTKRB_RECORD_MAX).</summary>
    private const int LongestText = 1024;

    private readonly SyslogCall _call;
    private readonly byte[] _text = new byte[MaxText];
    private byte[] _spare;
    private byte[] _last;
    private int _length;
    private int _next;

    /// <summary>The newest time among the new records of the last poll; null if the poll found no new record.</summary>
    public TimeSpan? Newest { get; private set; }

    /// <summary>Reads the size of the ring.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.NotPermitted"/>: CAP_SYSLOG is missing while
    /// kernel.dmesg_restrict is 1, or seccomp forbids the call.</exception>
    public SyslogReader() : this(Syslog.Call)
    {
    }

    /// <summary>Replaces the kernel, for tests.</summary>
    internal SyslogReader(SyslogCall call)
    {
        _call = call;
        // The ring does not hold prefixes, which are half of the text of short records.
        var window = (int)Math.Clamp(2L * Call(SyslogAction.SizeBuffer, default), MinWindow, MaxWindow);
        _spare = new byte[window];
        _last = new byte[window];
    }

    /// <summary>
    /// Reads the log. <see cref="TryTake"/> then returns the new records. Records of the previous poll that were not
    /// taken are dropped.
    /// </summary>
    /// <exception cref="LinuxException">As in the constructor. The next poll continues from the last one that
    /// succeeded.</exception>
    public SyslogNews Poll()
    {
        _next = _length;
        Newest = null;
        var length = Call(SyslogAction.ReadAll, _spare);
        var now = _spare.AsSpan(0, length);
        var known = SyslogOverlap.Length(_last.AsSpan(0, _length), now);
        if (!AllHavePrefixes(now[known..], out var newest))
            return SyslogNews.NoTimes;
        Newest = newest;
        var news = _length == 0 ? SyslogNews.First : known > 0 ? SyslogNews.Continued : SyslogNews.Gap;
        (_spare, _last) = (_last, _spare);
        (_length, _next) = (length, known);
        return news;
    }

    /// <summary>Takes the next new record.</summary>
    /// <returns>False after the last record.</returns>
    public bool TryTake(out SyslogRecord record)
    {
        record = default;
        if (_next == _length)
            return false;
        var line = TakeLine();
        _ = SyslogPrefix.TryParse(line, out var prefix);
        var same = line[..prefix.Length];
        var length = 0;
        Append(line[prefix.Length..], ref length);
        var lines = 1;
        while (_last.AsSpan(_next, _length - _next).StartsWith(same))
        {
            Append("\n"u8, ref length);
            Append(TakeLine()[prefix.Length..], ref length);
            lines++;
        }
        record = new SyslogRecord(prefix.Priority, prefix.SinceBoot, _text.AsSpan(0, length),
            MayLackLines(lines, prefix.Length));
        return true;
    }

    // Each line needs its prefix and a newline. The texts of all lines, including one that was left out, fit into the
    // longest text.
    private static bool MayLackLines(int lines, int prefix) =>
        (lines + 1) * (prefix + 1) + LongestText > RecordBufferSize;

    // Text that does not fit is cut off. Only many records of the same microsecond are that long.
    private void Append(ReadOnlySpan<byte> bytes, ref int length)
    {
        bytes = bytes[..Math.Min(bytes.Length, _text.Length - length)];
        bytes.CopyTo(_text.AsSpan(length));
        length += bytes.Length;
    }

    private ReadOnlySpan<byte> TakeLine()
    {
        var rest = _last.AsSpan(_next, _length - _next);
        var newline = rest.IndexOf((byte)'\n');
        _next += newline + 1;
        return rest[..newline];
    }

    // The kernel gives complete records, so a line without an end is invalid.
    private static bool AllHavePrefixes(ReadOnlySpan<byte> lines, out TimeSpan? newest)
    {
        newest = null;
        while (!lines.IsEmpty)
        {
            var newline = lines.IndexOf((byte)'\n');
            if (newline < 0 || !SyslogPrefix.TryParse(lines[..newline], out var prefix))
                return false;
            if (!(newest >= prefix.SinceBoot))
                newest = prefix.SinceBoot;
            lines = lines[(newline + 1)..];
        }
        return true;
    }

    private int Call(SyslogAction action, Span<byte> buffer)
    {
        var result = _call(action, buffer);
        return result >= 0 ? result : throw new LinuxException("syslog", "the kernel log", (Errno)(-result));
    }
}

/// <summary>How the result of <see cref="SyslogReader.Poll"/> relates to the previous one.</summary>
public enum SyslogNews
{
    /// <summary>
    /// No previous text to compare with: this is the first poll, or the log was empty at the last one.
    /// </summary>
    First,
    /// <summary>The text continues where the last poll ended. No record is missing.</summary>
    Continued,
    /// <summary>
    /// Nothing of the last poll is left: the ring overtook this reader, or a user cleared the log (<c>dmesg -C</c>). An
    /// unknown number of records may be missing.
    /// </summary>
    Gap,
    /// <summary>
    /// A line has no priority and time in front (printk.time is off), so records can't be separated and none are
    /// returned.
    /// </summary>
    NoTimes,
}
