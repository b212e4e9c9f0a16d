using System.Buffers;
using System.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>Records with fields: copies of /dev/kmsg and entries of the systemd journal.</summary>
internal sealed partial class LogRecordReader
{
    /// <summary>Processes a line of an entry that has one field per line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="trimmed">The line without surrounding quotes and blanks.</param>
    /// <param name="given">True if a record is returned.</param>
    /// <param name="record">The record.</param>
    /// <returns>True if the line was part of such an entry.</returns>
    private bool TakeField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> trimmed, out bool given, out LogRecord record)
    {
        given = false;
        record = default;
        var isHeader = JournaldFields.IsHeader(trimmed, out var header);
        var isField = !isHeader && _fields.IsField(trimmed);
        if (_fields.IsOpen
            && (
                isHeader
                || trimmed.IsEmpty
                || isField && _fields.Begins(trimmed)
                || !isField && line is not [(byte)' ' or (byte)'\t', ..]))
        {
            if (!trimmed.IsEmpty) _again = line.ToArray();
            given = _fields.TryClose(out var entry) && TakeEntry(entry, out record);
            return true;
        }
        if (isHeader) _fields.Open(header);
        else if (isField)
        {
            var name = JournaldFields.Name(trimmed, out _).ToArray();
            _fields.Add(trimmed, out var isBinary);
            if (isBinary && _lines.TryReadBlock(out var block)) _fields.Set(name, block);
        }
        else if (_fields.IsOpen) _fields.Continue(trimmed);
        return isHeader || isField || _fields.IsOpen;
    }

    private bool TakeRaw(RawRecord raw, out LogRecord record)
    {
        // Facility 0 can't be forged: records of processes in /dev/kmsg have another facility.
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

    private bool TakeEntry(JournaldEntry entry, out LogRecord record)
    {
        record = default;
        if (!entry.IsKernel) return false;
        _systems.Add(LogSystem.Linux);
        var given = Give(
            new Pending
            {
                Exists = true,
                At = _clock.Read(entry.Stamp),
                Mode = DetectionMode.Pasted,
            },
            out record);
        _text.Write(entry.Message);
        _subsystem = Encoding.UTF8.GetBytes(entry.Subsystem);
        _device = Encoding.UTF8.GetBytes(entry.Device);
        return given;
    }

    private byte[] Unescape(ReadOnlySpan<byte> value) => _scratch[..KernelText.Unescape(value, _scratch)];
}
