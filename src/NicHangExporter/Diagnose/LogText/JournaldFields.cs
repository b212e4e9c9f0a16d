using System.Text;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Puts an entry together from lines with one field each: <c>journalctl -o export</c> (systemd's Journal Export Format), which has values with line ends
/// in a binary form, and <c>-o verbose</c>, which has a date in front and indents. Fields that tell nothing of the message are passed over.
/// </summary>
internal sealed class JournaldFields
{
    private const int MaxMessageLength = LineReader.MaxLength;

    private static readonly string[] FirstFields =
        ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY", "_TRANSPORT", "_BOOT_ID", "_MACHINE_ID", "_HOSTNAME", "_SOURCE_MONOTONIC_TIMESTAMP", "_KERNEL_DEVICE", "_KERNEL_SUBSYSTEM"];

    private readonly Dictionary<string, string> _values = [];
    private readonly List<byte> _message = [];
    private LogStamp _header;
    private bool _hasMessage;
    private bool _inMessage;

    /// <summary>True while an entry is under way.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>True for the line in front of an entry of <c>-o verbose</c>: <c>Fri 2026-07-24 15:52:37.123456 CEST [s=…;i=…]</c>.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> line, out LogStamp stamp)
    {
        stamp = default;
        return line.EndsWith("]"u8) && line.IndexOf(" [s="u8) is > 0 and var cursor && line[cursor..].IndexOf(";i="u8) > 0 && StampParser.TryDate(ref line, out stamp, out _);
    }

    /// <summary>True for a line that begins an entry without a header, or goes on with one.</summary>
    public bool IsField(ReadOnlySpan<byte> line)
    {
        var name = Name(line, out var hasValue);
        if (name.IsEmpty || !IsOpen && !hasValue) return false;
        return IsOpen || name.StartsWith("__"u8) || IsFirst(name);
    }

    /// <summary>True for a field that an entry has once, and this one has already: the next entry begins.</summary>
    public bool Begins(ReadOnlySpan<byte> line) =>
        Name(line, out _) is var name && name.StartsWith("__"u8) && _values.ContainsKey(Encoding.ASCII.GetString(name));

    /// <summary>Begins an entry with the date of its header.</summary>
    public void Open(LogStamp header)
    {
        IsOpen = true;
        _header = header;
    }

    /// <summary>Takes in a field.</summary>
    /// <param name="line">The field's line, without what is in front of its name.</param>
    /// <param name="isBinary">True where the line is the name only, and the value follows in another form.</param>
    public void Add(ReadOnlySpan<byte> line, out bool isBinary)
    {
        IsOpen = true;
        var name = Name(line, out var hasValue);
        isBinary = !hasValue;
        _inMessage = name.SequenceEqual("MESSAGE"u8);
        if (hasValue) Set(name, line[(name.Length + 1)..]);
    }

    /// <summary>Sets a field whose value came in another form.</summary>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("MESSAGE"u8))
        {
            _hasMessage = true;
            _message.Clear();
            _message.AddRange(value[..Math.Min(value.Length, MaxMessageLength)]);
        }
        // Values are short; absurd ones are left out.
        else if (value.Length < 256 && _values.Count < 64)
            _values[Encoding.ASCII.GetString(name)] = Encoding.UTF8.GetString(value);
    }

    /// <summary>Adds a further line of the field before; of any but MESSAGE it is dropped.</summary>
    public void Continue(ReadOnlySpan<byte> line)
    {
        if (!_inMessage || _message.Count + line.Length >= MaxMessageLength) return;
        if (_hasMessage) _message.Add((byte)'\n');
        _hasMessage = true;
        _message.AddRange(line);
    }

    /// <summary>Ends the entry; false where it has no message.</summary>
    public bool TryClose(out JournaldEntry entry)
    {
        entry = default;
        var whole = _hasMessage;
        if (whole) entry = JournaldEntry.From([.. _message], _values, _header);
        _values.Clear();
        _message.Clear();
        _header = default;
        IsOpen = _hasMessage = _inMessage = false;
        return whole;
    }

    /// <summary>The name of a field: capitals, digits and underscores, and then an equals sign or the line's end.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> line, out bool hasValue)
    {
        var length = 0;
        while (length < line.Length && length < 64 && line[length] is >= (byte)'A' and <= (byte)'Z' or (byte)'_' or >= (byte)'0' and <= (byte)'9') length++;
        hasValue = length < line.Length && line[length] == '=';
        return length > 1 && !char.IsAsciiDigit((char)line[0]) && (hasValue || length == line.Length) ? line[..length] : default;
    }

    private static bool IsFirst(ReadOnlySpan<byte> name)
    {
        foreach (var first in FirstFields)
            if (Ascii.Equals(name, first)) return true;
        return false;
    }
}
