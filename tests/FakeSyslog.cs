using System.Globalization;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.TestSupport;

/// <summary>
/// A fake kernel log for syslog(2). It returns what the kernel would: the newest whole records that fit, with a prefix
/// on each line, and without the lines that exceed the kernel's record buffer.
/// </summary>
internal sealed class FakeSyslog
{
    private readonly List<(int Priority, long Microseconds, string Text)> _records = [];
    private readonly Lock _lock = new();

    /// <summary>The error of the next calls.</summary>
    public Errno Fails { get; set; }

    /// <summary>printk.time.</summary>
    public bool Times { get; set; } = true;

    /// <summary>The size of the ring in bytes.</summary>
    public int Size { get; set; } = 64 * 1024;

    /// <summary>The size of the kernel's format buffer of a record: 2048 bytes since 6.3, 1024 before.</summary>
    public int RecordRoom { get; set; } = 2048;

    /// <summary>How often the ring was read.</summary>
    public int Looks { get; private set; }

    public void Print(double at, string text, int priority = 3)
    {
        lock (_lock)
            _records.Add((priority, (long)Math.Round(at * 1e6), text));
    }

    /// <summary>Replaces all records.</summary>
    public void Replace(IEnumerable<(double At, string Text)> records)
    {
        lock (_lock)
        {
            _records.Clear();
            foreach (var (at, text) in records)
                Print(at, text);
        }
    }

    /// <summary>Clears the ring, like dmesg -C, or like a flood that overwrites the older records.</summary>
    public void Clear()
    {
        lock (_lock)
            _records.Clear();
    }

    /// <summary>The text of one full read.</summary>
    public string Shown
    {
        get
        {
            lock (_lock)
                return string.Concat(_records.Select(record => Encoding.UTF8.GetString(Render(record))));
        }
    }

    public SyslogReader Open() => new(Call);

    private int Call(SyslogAction action, Span<byte> buffer)
    {
        lock (_lock)
        {
            if (Fails != Errno.None)
                return -(int)Fails;
            if (action == SyslogAction.SizeBuffer)
                return Size;
            Looks++;
            var records = _records.ConvertAll(Render);
            var first = records.Count;
            for (var length = 0; first > 0 && length + records[first - 1].Length <= buffer.Length; first--)
                length += records[first - 1].Length;
            var bytes = records.Skip(first).SelectMany(record => record).ToArray();
            bytes.CopyTo(buffer);
            return bytes.Length;
        }
    }

    private byte[] Render((int Priority, long Microseconds, string Text) record)
    {
        var seconds = record.Microseconds / 1_000_000;
        var time = Times ? string.Create(CultureInfo.InvariantCulture,
            $"[{seconds,5}.{record.Microseconds % 1_000_000:d6}] ") : "";
        return Encoding.UTF8.GetBytes(WithPrefixes(record.Text, $"<{record.Priority}>{time}"));
    }

    // record_print_text() of kernel/printk/printk.c: what does not fit is cut, and only whole lines of it remain.
    private string WithPrefixes(string text, string prefix)
    {
        var printed = new StringBuilder();
        for (var isCut = false; ;)
        {
            var newline = text.IndexOf('\n', StringComparison.Ordinal);
            if (newline < 0 && isCut)
                break;
            var line = newline < 0 ? text : text[..newline];
            if (printed.Length + prefix.Length + text.Length + 1 > RecordRoom)
            {
                if (printed.Length + prefix.Length + line.Length + 1 > RecordRoom)
                    break;
                text = text[..(RecordRoom - printed.Length - prefix.Length - 1)];
                isCut = true;
            }
            printed.Append(prefix).Append(line).Append('\n');
            if (text.Length == line.Length)
                break;
            text = text[(line.Length + 1)..];
        }
        return printed.ToString();
    }
}
