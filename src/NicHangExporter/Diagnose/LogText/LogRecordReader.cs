using System.Buffers;
using NicHangExporter.Api;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Reads the kernel's records from a log in any format: skips lines of processes, joins the lines of Intel's reports,
/// and adds the dictionary to raw records. Memory is limited by the longest record.
/// </summary>
internal sealed partial class LogRecordReader(Stream stream, TimeSpan gap)
{
    // The total of all lines "repeated N times". Each repetition is kept.
    private const int MaxRepeats = 100_000;

    private const int MaxRecordLength = 2 * LineReader.MaxLength;

    private readonly FlattenedReader _lines = new(new QuotedPrintableReader(new LineReader(stream)));
    private readonly LogClock _clock = new(gap);
    private readonly JournaldFields _fields = new();
    private readonly JsonCollector _json = new();
    private readonly LogSystemCount _systems = new();
    private readonly byte[] _scratch = new byte[LineReader.MaxLength];
    // Two records: the returned one, and the one that the next lines may belong to.
    private ArrayBufferWriter<byte> _text = new();
    private ArrayBufferWriter<byte> _given = new();
    private byte[] _subsystem = [];
    private byte[] _device = [];
    // A line that ended an entry of the journal and is processed again.
    private byte[]? _again;
    private byte[] _lastLine = [];
    private Pending _pending;
    private Pending _repeating;
    private bool _skippingDictionary;
    private bool _ofProcess;
    private bool _atEnd;
    private int _repeatsLeft = MaxRepeats;

    /// <summary>The number of lines read.</summary>
    public long Lines => _lines.Lines;

    /// <summary>The system that wrote the log, as far as it is known.</summary>
    public LogSystem System => _systems.Conclude();

    /// <summary>Reads the next record.</summary>
    /// <param name="record">The record; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryRead(out LogRecord record)
    {
        while (true)
        {
            if (_repeating.Repeats > 0)
            {
                _repeating = _repeating with { Repeats = _repeating.Repeats - 1 };
                record = new LogRecord
                {
                    Text = _given.WrittenSpan,
                    At = _repeating.RepeatedAt,
                    Mode = _repeating.Mode,
                };
                return true;
            }
            ReadOnlySpan<byte> line;
            if (_again is { } again)
            {
                line = again;
                _again = null;
            }
            else if (!_lines.TryRead(out line)) break;
            if (Take(line, out record)) return true;
        }
        if (_fields.IsOpen && _fields.TryClose(out var last) && TakeEntry(last, out record)) return true;
        _atEnd = true;
        return Give(default, out record);
    }

    /// <summary>Processes one line; true if it ended the previous record.</summary>
    private bool Take(ReadOnlySpan<byte> line, out LogRecord record)
    {
        var unquoted = Unquoted(line);
        var trimmed = unquoted.TrimEnd(" \t\r"u8);
        if (TakeField(line, trimmed, out var given, out record)) return given;
        if (RawRecord.TryParse(unquoted, out var raw))
        {
            _systems.Add(LogSystem.Linux);
            return TakeRaw(raw, out record);
        }
        if (_pending.IsRaw || _skippingDictionary)
        {
            if (RawRecord.TryDictionary(unquoted, out var isDevice, out var value))
            {
                if (_pending.IsRaw && isDevice) _device = Unescape(value);
                else if (_pending.IsRaw) _subsystem = Unescape(value);
                return false;
            }
        }
        if (_json.TryTake(trimmed, out var whole))
        {
            if (whole.IsEmpty) return false;
            trimmed = whole;
        }
        if (JournaldEntry.TryParse(trimmed, out var entry)) return TakeEntry(entry, out record);
        return TakeText(LineCleaner.Clean(line, _scratch), out record);
    }

    private bool TakeText(ReadOnlySpan<byte> whole, out LogRecord record)
    {
        record = default;
        _systems.Add(whole);
        var line = LogLineParser.Parse(whole);
        if (line.Text.IsEmpty) return false;
        if (line.IsEsx) _systems.Add(LogSystem.Esxi);
        else if (line.Stamp.Clock == LogClockKind.Boot) _systems.Add(LogSystem.Linux);
        if (line.Origin != LogOrigin.Process && RepeatedLine.TryParse(line.Text, out var repeated))
            return TakeRepeated(repeated, line, out record);
        // journalctl indents the further lines of a process's message. Without a time they still belong to the process.
        var isProcess =
            line.Origin == LogOrigin.Process || _ofProcess && line.IsBare && whole is [(byte)' ' or (byte)'\t', ..];
        var goesOn = !isProcess && !_ofProcess && line.IsBare;
        _ofProcess = isProcess;
        if (isProcess) return false;
        _lastLine = whole[..Math.Min(whole.Length, 256)].ToArray();
        if (_pending.Exists
            && !_pending.IsRaw
            && HangReport.IsContinuation(line.Text)
            && _text.WrittenCount + line.Text.Length < MaxRecordLength)
        {
            _text.Write("\n"u8);
            _text.Write(line.Text);
            return false;
        }
        var further = Unquoted(whole);
        // Each line can have a bullet.
        var plain = Remark.TryStart(further.TrimStart((byte)' '), out var rest) ? rest.TrimStart((byte)' ') : default;
        if (goesOn && _pending.Exists && !_pending.IsRaw
            && (WrappedMessage.TryJoin(_text.WrittenSpan, further, out var joined)
                || WrappedMessage.TryBegin(_text.WrittenSpan, further, out joined)
                || !plain.IsEmpty && WrappedMessage.TryJoin(_text.WrittenSpan, plain, out joined)))
        {
            _text.ResetWrittenCount();
            _text.Write(joined);
            return false;
        }
        return Begin(line, line.Text, repeats: 0, out record);
    }

    // The previous line was repeated, if it is of the kernel, a single line, and of the same host.
    private bool TakeRepeated(RepeatedLine repeated, LogLine line, out LogRecord record)
    {
        record = default;
        var count = Math.Min(repeated.Count, _repeatsLeft);
        if (count == 0) return false;
        if (!repeated.Message.IsEmpty)
        {
            // The quoted message can have the kernel's own time in front.
            var quoted = LogLineParser.Parse(repeated.Message);
            if (quoted.Origin == LogOrigin.Process) return false;
            _repeatsLeft -= count;
            if (quoted.Stamp.Clock != LogClockKind.None)
                line = new LogLine { Stamp = quoted.Stamp, OtherStamp = line.Stamp };
            return Begin(line, quoted.Text, count - 1, out record);
        }
        if (_ofProcess || !_pending.Exists || _pending.IsRaw || _text.WrittenSpan.Contains((byte)'\n')) return false;
        if (!repeated.Host.IsEmpty && _lastLine.AsSpan().IndexOf([(byte)' ', .. repeated.Host, (byte)' ']) < 0)
            return false;
        _repeatsLeft -= count;
        _pending = _pending with
        {
            Repeats = _pending.Repeats + count,
            RepeatedAt = _clock.Read(line.Stamp, line.OtherStamp),
        };
        return false;
    }

    private bool Begin(LogLine line, ReadOnlySpan<byte> text, int repeats, out LogRecord record)
    {
        var at = _clock.Read(line.Stamp, line.OtherStamp);
        var given = Give(
            new Pending
            {
                Exists = true,
                At = at,
                RepeatedAt = at,
                Repeats = repeats,
                Mode = DetectionMode.Pasted,
            },
            out record);
        _text.Write(text);
        return given;
    }

    /// <summary>Returns the current record and starts the next one.</summary>
    private bool Give(Pending next, out LogRecord record)
    {
        var pending = _pending;
        (_given, _text) = (_text, _given);
        _text.ResetWrittenCount();
        if (pending.Exists
            && DamagedMessage.TryRepair(_given.WrittenSpan, pending.Mode, out var repaired, out var mode))
        {
            _given.ResetWrittenCount();
            _given.Write(repaired);
            pending = pending with { Mode = mode };
        }
        record = new LogRecord
        {
            Text = _given.WrittenSpan,
            Subsystem = _subsystem,
            Device = _device,
            At = pending.At,
            Mode = pending.Mode,
            IsCutOff = pending is { Exists: true, Mode: DetectionMode.Pasted }
                && DamagedMessage.MayBeCutOff(_given.WrittenSpan, _atEnd)
                && !DamagedMessage.IsMessage(_given.WrittenSpan, pending.Mode),
        };
        _repeating = pending;
        _subsystem = [];
        _device = [];
        _pending = next;
        if (next.Exists) _skippingDictionary = false;
        return pending.Exists;
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> line) => line.TrimStart("> |\t"u8);

    private readonly record struct Pending
    {
        public bool Exists { get; init; }

        public bool IsRaw { get; init; }

        public TimeSpan At { get; init; }

        public DetectionMode Mode { get; init; }

        /// <summary>The number of repetitions, and the time of the last one.</summary>
        public int Repeats { get; init; }

        public TimeSpan RepeatedAt { get; init; }
    }
}
