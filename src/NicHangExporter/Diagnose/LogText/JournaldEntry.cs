using System.Text.Json;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// An entry of the systemd journal (systemd.journal-fields(7)), and its form in <c>journalctl -o json</c>. MESSAGE is a
/// string, or an array of bytes if it is not UTF-8. <c>dmesg --json</c> has fewer members: pri (or fac), time, msg.
/// </summary>
internal readonly record struct JournaldEntry
{
    private const byte RecordSeparator = 0x1e;

    private static readonly string[] FieldNames =
    [
        "_TRANSPORT", "SYSLOG_IDENTIFIER", "_KERNEL_SUBSYSTEM", "_KERNEL_DEVICE",
        "_SOURCE_MONOTONIC_TIMESTAMP", "__REALTIME_TIMESTAMP",
    ];

    /// <summary>MESSAGE, unescaped, with its newlines.</summary>
    public required byte[] Message { get; init; }

    /// <summary>True if _TRANSPORT is kernel, or if there is no such field and SYSLOG_IDENTIFIER is kernel.</summary>
    public required bool IsKernel { get; init; }

    /// <summary>_SOURCE_MONOTONIC_TIMESTAMP, else __REALTIME_TIMESTAMP.</summary>
    public required LogStamp Stamp { get; init; }

    /// <summary>_KERNEL_SUBSYSTEM, or empty.</summary>
    public required string Subsystem { get; init; }

    /// <summary>_KERNEL_DEVICE, or empty.</summary>
    public required string Device { get; init; }

    /// <summary>
    /// Reads one line, which may have around the object the record separator of <c>journalctl -o json-seq</c> (RFC
    /// 7464), the field name of <c>-o json-sse</c> (server-sent events), or the brackets and commas of an array.
    /// </summary>
    /// <returns>False for a line that is not such an entry.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out JournaldEntry entry)
    {
        entry = default;
        line = Unframe(line);
        if (line is not [(byte)'{', .., (byte)'}']
            || line.IndexOf("\"MESSAGE\""u8) < 0 && line.IndexOf("\"msg\""u8) < 0)
            return false;
        var reader = new Utf8JsonReader(line);
        try
        {
            return TryRead(ref reader, out entry);
        }
        catch (JsonException)
        {
            // The line only looks like JSON. It is read as text.
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with a lone surrogate.
            return false;
        }
    }

    /// <summary>Makes an entry of a message and the fields of the journal that concern it.</summary>
    /// <param name="message">MESSAGE.</param>
    /// <param name="fields">Values by name of the field. Missing fields are allowed.</param>
    /// <param name="header">The time in front of the entry, if its form has one; it is then the time of the
    /// entry.</param>
    public static JournaldEntry From(byte[] message, Dictionary<string, string> fields, LogStamp header)
    {
        var monotonic = ReadStamp(fields.GetValueOrDefault("_SOURCE_MONOTONIC_TIMESTAMP"), LogClockKind.Boot);
        return new JournaldEntry
        {
            Message = message,
            IsKernel = IsOfKernel(fields),
            Stamp = header.Clock != LogClockKind.None ? header
                : monotonic.Clock != LogClockKind.None ? monotonic
                : ReadStamp(fields.GetValueOrDefault("__REALTIME_TIMESTAMP"), LogClockKind.Wall),
            Subsystem = fields.GetValueOrDefault("_KERNEL_SUBSYSTEM", ""),
            Device = fields.GetValueOrDefault("_KERNEL_DEVICE", ""),
        };
    }

    private static bool TryRead(ref Utf8JsonReader reader, out JournaldEntry entry)
    {
        entry = default;
        byte[]? message = null;
        var isDmesg = false;
        var isKernel = true;
        var time = default(LogStamp);
        var fields = new Dictionary<string, string>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "MESSAGE") message = ReadMessage(ref reader);
            else if (name == "msg" && reader.TokenType == JsonTokenType.String) message ??= ReadMessage(ref reader);
            else if (name == "pri" && reader.TokenType == JsonTokenType.Number)
            {
                isDmesg = true;
                isKernel &= reader.TryGetInt32(out var priority) && priority is >= 0 and < 8;
            }
            else if (name == "time" && reader.TokenType == JsonTokenType.Number)
                time = reader.TryGetDouble(out var seconds) && seconds is >= 0 and < 1e11
                    ? new LogStamp(LogClockKind.Boot, TimeSpan.FromSeconds(seconds)) : default;
            else if (name == "fac" && reader.TokenType == JsonTokenType.String)
            {
                isDmesg = true;
                isKernel &= reader.ValueTextEquals("kern"u8);
            }
            else if (reader.TokenType != JsonTokenType.String) reader.Skip();
            else if (FieldNames.Contains(name)) fields[name!] = reader.GetString()!;
        }
        if (message is null) return false;
        entry = isDmesg
            ? new JournaldEntry { Message = message, IsKernel = isKernel, Stamp = time, Subsystem = "", Device = "" }
            : From(message, fields, header: default);
        return true;
    }

    private static byte[]? ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = new byte[reader.ValueSpan.Length];
            return text[..reader.CopyString(text)];
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }
        var bytes = new List<byte>();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var octet))
            bytes.Add(octet);
        return reader.TokenType == JsonTokenType.EndArray ? [.. bytes] : throw new JsonException();
    }

    // _TRANSPORT is set by journald and can't be forged by a process. Without it, the tag decides.
    private static bool IsOfKernel(Dictionary<string, string> fields) =>
        fields.TryGetValue("_TRANSPORT", out var transport)
            ? transport == "kernel" : fields.GetValueOrDefault("SYSLOG_IDENTIFIER") == "kernel";

    // A time in µs.
    private static LogStamp ReadStamp(string? microseconds, LogClockKind clock) =>
        long.TryParse(microseconds, out var value) && value is >= 0 and < long.MaxValue / 100
            ? new LogStamp(clock, new TimeSpan(value * TimeSpan.TicksPerMicrosecond)) : default;

    private static ReadOnlySpan<byte> Unframe(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart(RecordSeparator);
        if (text.StartsWith("data:"u8)) text = text["data:".Length..].TrimStart((byte)' ');
        text = text.TrimStart("[, "u8).TrimEnd("], "u8);
        return text is [(byte)'{', .., (byte)'}'] ? text : line;
    }
}
