using System.Buffers.Text;
using System.Text.Unicode;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// One record of /dev/kmsg, as one read(2) returns it (Documentation/ABI/testing/dev-kmsg): a header of comma-separated
/// fields, the text after the first semicolon, and dictionary lines that each start with a blank. It is a view of the
/// parsed bytes and valid as long as they are. Nothing is copied or allocated.
/// </summary>
public readonly ref struct KmsgRecord
{
    /// <summary>The highest syslog priority that the kernel writes: an 8-bit facility and a 3-bit level.</summary>
    public const int MaxPriority = 2047;

    /// <summary>A longer number may be out of range.</summary>
    private const int MaxSafeDigits = 19;

    private readonly ReadOnlySpan<byte> _dictionary;

    private KmsgRecord(
        int priority, ulong sequence, TimeSpan sinceBoot, bool isFragment, ReadOnlySpan<byte> text, bool hasEscapes,
        ReadOnlySpan<byte> dictionary)
    {
        Priority = priority;
        Sequence = sequence;
        SinceBoot = sinceBoot;
        IsFragment = isFragment;
        Text = text;
        HasEscapes = hasEscapes;
        _dictionary = dictionary;
    }

    /// <summary>The syslog priority: facility and level in one number, 0 to <see cref="MaxPriority"/>.</summary>
    public int Priority { get; }

    /// <summary>
    /// The origin: 0 is the kernel. The kernel stores records that user space writes to /dev/kmsg with facility 1 or
    /// above.
    /// </summary>
    public int Facility => Priority >> 3;

    /// <summary>The severity: 0 (emergency) to 7 (debug).</summary>
    public int Level => Priority & 7;

    /// <summary>True for a record of the kernel itself. User space can't forge this.</summary>
    public bool IsKernel => Facility == 0;

    /// <summary>The record's number since boot, from 0 without gaps. Clearing the log does not reset it.</summary>
    public ulong Sequence { get; }

    /// <summary>
    /// The kernel's local clock when the message was printed: time since boot without suspend, in steps of 1 µs. It is
    /// not exactly CLOCK_MONOTONIC and not strictly ordered between processors; <see cref="Sequence"/> defines the
    /// order. A value beyond the range of <see cref="TimeSpan"/> becomes <see cref="TimeSpan.MaxValue"/>.
    /// </summary>
    public TimeSpan SinceBoot { get; }

    /// <summary>
    /// True for a fragment of a line that the kernel could not merge: flag <c>c</c>, or <c>+</c> before 4.10.
    /// </summary>
    public bool IsFragment { get; }

    /// <summary>
    /// The message without its final newline, still escaped (see <see cref="KernelText.Unescape"/>). A message of
    /// several lines is one record, with newlines written as <c>\x0a</c>.
    /// </summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>False if unescaping would not change <see cref="Text"/>, because it has no backslash.</summary>
    public bool HasEscapes { get; }

    /// <summary>
    /// The value of a dictionary line such as <c>DEVICE</c> or <c>SUBSYSTEM</c>, still escaped; empty if the record has
    /// no such line. Text can't forge such a line, because its newlines are escaped.
    /// </summary>
    /// <param name="key">The key, without blank and equals sign.</param>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> key) => _dictionary.IsEmpty ? default : Find(key);

    private ReadOnlySpan<byte> Find(ReadOnlySpan<byte> key)
    {
        var rest = _dictionary;
        while (!rest.IsEmpty)
        {
            var line = TakeLine(ref rest);
            if (line.Length > key.Length + 1
                && line[0] == ' '
                && line[1..].StartsWith(key)
                && line[key.Length + 1] == '=')
                return line[(key.Length + 2)..];
        }
        return default;
    }

    /// <summary>
    /// Parses one record, with or without its final newline. Unknown fields before the semicolon are skipped, as the
    /// ABI requires; <c>caller=T123</c> (CONFIG_PRINTK_CALLER) is one of them.
    /// </summary>
    /// <returns>
    /// False, never an exception, for invalid input: a missing or invalid field, a number out of range, a priority
    /// above <see cref="MaxPriority"/>, or bytes that are not UTF-8 (the kernel writes printable ASCII only).
    /// </returns>
    public static bool TryParse(ReadOnlySpan<byte> record, out KmsgRecord result)
    {
        result = default;
        var at = 0;
        if (!TryTakeNumber(record, ref at, out var priority) || priority > MaxPriority
            || !TryTakeNumber(record, ref at, out var sequence)
            || !TryTakeNumber(record, ref at, out var microseconds)
            || !TryTakeFlags(record, ref at, out var isFragment))
            return false;
        var rest = record[at..];
        var stop = RecordScan.IndexOfStop(rest);
        var isPlain = stop < 0 || rest[stop] == '\n';
        if (!isPlain && !Utf8.IsValid(rest))
            return false;
        var end = isPlain ? stop : rest.IndexOf((byte)'\n');
        var text = end < 0 ? rest : rest[..end];
        var dictionary = end < 0 ? default : rest[(end + 1)..];
        if (isPlain && !dictionary.IsEmpty && !Utf8.IsValid(dictionary))
            return false;
        result = new KmsgRecord(
            (int)priority, sequence, FromMicroseconds(microseconds), isFragment, text,
            !isPlain && text.Contains((byte)'\\'), dictionary);
        return true;
    }

    private static TimeSpan FromMicroseconds(ulong microseconds) =>
        microseconds > (ulong)TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.MaxValue
            : TimeSpan.FromTicks((long)microseconds * TimeSpan.TicksPerMicrosecond);

    // A number and the comma after it.
    private static bool TryTakeNumber(ReadOnlySpan<byte> record, scoped ref int at, out ulong number)
    {
        var start = at;
        var end = start;
        ulong value = 0;
        while ((uint)end < (uint)record.Length && (uint)(record[end] - '0') is <= 9 and var digit)
        {
            value = value * 10 + digit;
            end++;
        }
        number = value;
        at = end + 1;
        if (end == start || (uint)end >= (uint)record.Length || record[end] != ',')
            return false;
        // Not ulong.TryParse: that accepts NULs after the digits.
        return end - start <= MaxSafeDigits || Utf8Parser.TryParse(record[start..end], out number, out _);
    }

    // The flags, fields that are skipped, and the semicolon. The text may hold semicolons too. A newline before the
    // semicolon means that the record has no header.
    private static bool TryTakeFlags(ReadOnlySpan<byte> record, scoped ref int at, out bool isFragment)
    {
        isFragment = false;
        var rest = record[at..];
        // Nearly every record.
        if (rest.StartsWith("-;"u8))
        {
            at += 2;
            return true;
        }
        var length = rest.IndexOfAny((byte)';', (byte)'\n');
        if (length < 0 || rest[length] != ';')
            return false;
        at += length + 1;
        var header = rest[..length];
        var comma = header.IndexOf((byte)',');
        var flags = comma < 0 ? header : header[..comma];
        isFragment = flags.IndexOfAny((byte)'c', (byte)'+') >= 0;
        return !flags.IsEmpty && Utf8.IsValid(header);
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var newline = rest.IndexOf((byte)'\n');
        var line = newline < 0 ? rest : rest[..newline];
        rest = newline < 0 ? default : rest[(newline + 1)..];
        return line;
    }
}
