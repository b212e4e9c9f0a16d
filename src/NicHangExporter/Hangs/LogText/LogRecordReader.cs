using System.Buffers;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Hangs.LogText;

/// <summary>
/// Reads the kernel's records out of any log: leaves out what processes wrote, joins the lines of Intel's reports, and adds to raw records the
/// dictionary that follows them. Memory is bounded by the longest record.
/// </summary>
internal sealed class LogRecordReader(Stream stream, TimeSpan gap)
{
    private const int MaxRecordLength = 2 * LineReader.MaxLength;

    private readonly LineReader _lines = new(stream);
    private readonly LogClock _clock = new(gap);
    private readonly byte[] _scratch = new byte[LineReader.MaxLength];
    // Two records: the one given out, and the one that the next lines may still belong to.
    private ArrayBufferWriter<byte> _text = new();
    private ArrayBufferWriter<byte> _given = new();
    private byte[] _subsystem = [];
    private byte[] _device = [];
    private Pending _pending;
    private bool _skippingDictionary;
    private bool _ofProcess;

    /// <summary>How many lines were read so far.</summary>
    public long Lines => _lines.Lines;

    /// <summary>Reads the next record.</summary>
    /// <param name="record">The record; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryRead(out LogRecord record)
    {
        while (_lines.TryRead(out var line))
            if (Take(line, out record)) return true;
        return Give(default, out record);
    }

    /// <summary>Takes in one line; true where it ended the record before it.</summary>
    private bool Take(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        // Quotes and blanks may stand before raw records as well.
        var unquoted = Unquoted(line);
        if (RawRecord.TryParse(unquoted, out var raw)) return TakeRaw(raw, out record);
        if (_pending.IsRaw || _skippingDictionary)
        {
            if (RawRecord.TryDictionary(unquoted, out var isDevice, out var value))
            {
                if (_pending.IsRaw && isDevice) _device = Unescape(value);
                else if (_pending.IsRaw) _subsystem = Unescape(value);
                return false;
            }
        }
        if (JournalEntry.TryParse(unquoted.TrimEnd(" \t\r"u8), out var entry)) return TakeEntry(entry, out record);
        return TakeText(LineCleaner.Clean(line, _scratch), out record);
    }

    private bool TakeText(ReadOnlySpan<byte> whole, out LogRecord record)
    {
        record = default;
        var line = LogLineParser.Parse(whole);
        if (line.Text.IsEmpty) return false;
        // journalctl aligns the further lines of a process's message; without a time they are still its.
        var isProcess = line.Origin == LogOrigin.Process || _ofProcess && line.IsBare && whole is [(byte)' ' or (byte)'\t', ..];
        var goesOn = !isProcess && !_ofProcess && line.IsBare;
        _ofProcess = isProcess;
        if (isProcess) return false;
        if (_pending.Exists && !_pending.IsRaw && HangReport.IsContinuation(line.Text) && _text.WrittenCount + line.Text.Length < MaxRecordLength)
        {
            _text.Write("\n"u8);
            _text.Write(line.Text);
            return false;
        }
        if (goesOn && _pending.Exists && !_pending.IsRaw && WrappedMessage.TryJoin(_text.WrittenSpan, Unquoted(whole), out var joined))
        {
            _text.ResetWrittenCount();
            _text.Write(joined);
            return false;
        }
        var given = Give(new Pending { Exists = true, At = _clock.Read(line.Stamp, line.OtherStamp), Mode = DetectionMode.Pasted }, out record);
        _text.Write(line.Text);
        return given;
    }

    private bool TakeRaw(RawRecord raw, out LogRecord record)
    {
        // Facility 0 can't be forged: a process that writes to /dev/kmsg gets another one.
        if (raw.Priority >= 8)
        {
            _skippingDictionary = true;
            return Give(default, out record);
        }
        var at = _clock.Read(new LogStamp(LogClockKind.Boot, raw.At));
        var given = Give(new Pending { Exists = true, IsRaw = true, At = at, Mode = DetectionMode.Kernel }, out record);
        var length = KernelText.Unescape(raw.Text, _scratch);
        _text.Write(_scratch.AsSpan(0, length));
        return given;
    }

    private bool TakeEntry(JournalEntry entry, out LogRecord record)
    {
        record = default;
        if (!entry.IsKernel) return false;
        var given = Give(new Pending { Exists = true, At = _clock.Read(entry.Stamp), Mode = DetectionMode.Pasted }, out record);
        _text.Write(entry.Message);
        _subsystem = Encoding.UTF8.GetBytes(entry.Subsystem);
        _device = Encoding.UTF8.GetBytes(entry.Device);
        return given;
    }

    /// <summary>Gives out the record so far and begins the next one.</summary>
    private bool Give(Pending next, out LogRecord record)
    {
        var pending = _pending;
        (_given, _text) = (_text, _given);
        _text.ResetWrittenCount();
        record = new LogRecord { Text = _given.WrittenSpan, Subsystem = _subsystem, Device = _device, At = pending.At, Mode = pending.Mode };
        _subsystem = [];
        _device = [];
        _pending = next;
        if (next.Exists) _skippingDictionary = false;
        return pending.Exists;
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> line) => line.TrimStart("> \t"u8);

    private byte[] Unescape(ReadOnlySpan<byte> value) => _scratch[..KernelText.Unescape(value, _scratch)];

    private readonly record struct Pending
    {
        public bool Exists { get; init; }

        public bool IsRaw { get; init; }

        public TimeSpan At { get; init; }

        public DetectionMode Mode { get; init; }
    }
}
