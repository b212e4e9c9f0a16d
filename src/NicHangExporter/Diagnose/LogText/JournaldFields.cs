using System.Text;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Collects an entry from lines with one field each: <c>journalctl -o export</c> (systemd's Journal Export Format),
/// which writes values with line ends in a binary form, and <c>-o verbose</c>, which starts with a date and indents the
/// fields. Irrelevant fields are skipped.
/// </summary>
internal sealed class JournaldFields
{
    private const int MaxMessageLength = LineReader.MaxLength;

    private static readonly string[] FirstFields =
    [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY", "_TRANSPORT", "_BOOT_ID", "_MACHINE_ID",
        "_HOSTNAME", "_SOURCE_MONOTONIC_TIMESTAMP", "_KERNEL_DEVICE", "_KERNEL_SUBSYSTEM",
    ];

    private readonly Dictionary<string, string> _values = [];
    private readonly List<byte> _message = [];
    private LogStamp _header;
    private bool _hasMessage;
    private bool _inMessage;

    /// <summary>True while an entry is being collected.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>
    /// True for the line before an entry of <c>-o verbose</c>: <c>Fri 2026-07-24 15:52:37.123456 CEST [s=…;i=…]</c>.
    /// </summary>
    public static bool IsHeader(ReadOnlySpan<byte> line, out LogStamp stamp)
    {
        stamp = default;
        return line.EndsWith("]"u8)
            && line.IndexOf(" [s="u8) is > 0 and var cursor
            && line[cursor..].IndexOf(";i="u8) > 0
            && StampParser.TryDate(ref line, out stamp, out _);
    }

    /// <summary>True for a line that starts an entry without a header or continues an entry.</summary>
    public bool IsField(ReadOnlySpan<byte> line)
    {
        var name = Name(line, out var hasValue);
        if (name.IsEmpty || !IsOpen && !hasValue) return false;
        return IsOpen || name.StartsWith("__"u8) || IsFirst(name);
    }

    /// <summary>
    /// True for a field that occurs once per entry and that this entry has already: the next entry starts.
    /// </summary>
    public bool Begins(ReadOnlySpan<byte> line) =>
        Name(line, out _) is var name && name.StartsWith("__"u8) && _values.ContainsKey(Encoding.ASCII.GetString(name));

    /// <summary>Starts an entry with the date of its header.</summary>
    public void Open(LogStamp header)
    {
        IsOpen = true;
        _header = header;
    }

    /// <summary>Adds a field.</summary>
    /// <param name="line">The field's line, starting with its name.</param>
    /// <param name="isBinary">True if the line is the name only, and the value follows in another form.</param>
    public void Add(ReadOnlySpan<byte> line, out bool isBinary)
    {
        IsOpen = true;
        var name = Name(line, out var hasValue);
        isBinary = !hasValue;
        _inMessage = name.SequenceEqual("MESSAGE"u8);
        if (hasValue) Set(name, line[(name.Length + 1)..]);
    }

    /// <summary>Sets a field whose value is in another form.</summary>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("MESSAGE"u8))
        {
            _hasMessage = true;
            _message.Clear();
            _message.AddRange(value[..Math.Min(value.Length, MaxMessageLength)]);
        }
        // Values are short. Very long ones are dropped.
        else if (value.Length < 256 && _values.Count < 64)
            _values[Encoding.ASCII.GetString(name)] = Encoding.UTF8.GetString(value);
    }

    /// <summary>Adds a further line of the previous field. Only MESSAGE keeps it.</summary>
    public void Continue(ReadOnlySpan<byte> line)
    {
        if (!_inMessage || _message.Count + line.Length >= MaxMessageLength) return;
        if (_hasMessage) _message.Add((byte)'\n');
        _hasMessage = true;
        _message.AddRange(line);
    }

    /// <summary>Ends the entry; false if it has no message.</summary>
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

    /// <summary>
    /// The name of a field: capitals, digits and underscores, followed by an equals sign or the end of the line.
    /// </summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> line, out bool hasValue)
    {
        var length = 0;
        while (length < line.Length
            && length < 64
            && line[length] is >= (byte)'A' and <= (byte)'Z' or (byte)'_' or >= (byte)'0' and <= (byte)'9')
            length++;
        hasValue = length < line.Length && line[length] == '=';
        return length > 1 && !char.IsAsciiDigit((char)line[0]) && (hasValue || length == line.Length)
            ? line[..length]
            : default;
    }

    private static bool IsFirst(ReadOnlySpan<byte> name)
    {
        foreach (var first in FirstFields)
            if (Ascii.Equals(name, first)) return true;
        return false;
    }
}
