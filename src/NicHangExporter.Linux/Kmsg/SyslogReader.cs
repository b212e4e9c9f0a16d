namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Reads the kernel log by syslog(2), for processes that have CAP_SYSLOG and no /dev/kmsg. It takes nothing away from
/// other readers. The
/// system call has no position: each look copies the newest part of the ring, and what is new is what follows the end
/// of the last look.
/// </summary>
/// <remarks>
/// A record of several lines has the same prefix on each of them, so where it ends can't be seen: lines in a row with
/// the same priority, time
/// and caller are given as one record. A text can't make the lines of one record look like two, for it can't change the
/// prefix. One thread owns a reader.
/// </remarks>
public sealed class SyslogReader
{
    /// <summary>The largest part of a ring that is looked at: the newest records count, and the ring of a large host
    /// has many MiB.</summary>
    private const int MaxWindow = 1 << 20;

    /// <summary>Room for the ring of the smallest kernel (LOG_BUF_SHIFT 12) and its prefixes.</summary>
    private const int MinWindow = 16 * 1024;

    /// <summary>Longer than any record (PRINTK_MESSAGE_MAX is 2 KiB).</summary>
    private const int MaxText = 16 * 1024;

    /// <summary>
    /// The room that the kernel formats a record in (PRINTK_MESSAGE_MAX since 6.3, kernel/printk/internal.h). It puts the
    /// prefix in front of each line there, and leaves out the lines that do not fit (record_print_text()).
    /// </summary>
    private const int RecordRoom = 2048;

    /// <summary>The longest text of a record, before prefixes (PRINTKRB_RECORD_MAX).</summary>
    private const int LongestText = 1024;

    private readonly SyslogCall _call;
    private readonly byte[] _text = new byte[MaxText];
    private byte[] _spare;
    private byte[] _last;
    private int _length;
    private int _next;

    /// <summary>The newest time among what the last look found to be new; null where that is nothing.</summary>
    public TimeSpan? Newest { get; private set; }

    /// <summary>Asks for the size of the ring.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.NotPermitted"/>: CAP_SYSLOG is missing while
    /// kernel.dmesg_restrict is 1, or seccomp
    /// forbids the call.</exception>
    public SyslogReader() : this(Syslog.Call)
    {
    }

    /// <summary>Reads something else than the kernel's log.</summary>
    internal SyslogReader(SyslogCall call)
    {
        _call = call;
        // Prefixes are not in the ring: of short records they are half of what is read.
        var window = (int)Math.Clamp(2L * Call(SyslogAction.SizeBuffer, default), MinWindow, MaxWindow);
        _spare = new byte[window];
        _last = new byte[window];
    }

    /// <summary>Looks at the log. What is new is then there for <see cref="TryTake"/>; what was not taken of the last
    /// look is gone.</summary>
    /// <exception cref="LinuxException">As from the constructor. The next look goes on from the last one that was
    /// good.</exception>
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

    /// <summary>Takes the next record of what is new.</summary>
    /// <returns>False where all is taken.</returns>
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

    // Each line takes its prefix and a newline; all texts together, a further line that is not there included, take no
    // more than the longest text.
    private static bool MayLackLines(int lines, int prefix) => (lines + 1) * (prefix + 1) + LongestText > RecordRoom;

    // What does not fit is cut: only many records of the same microsecond are so long.
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

    // A line that is not ended is none: the kernel gives whole records.
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
