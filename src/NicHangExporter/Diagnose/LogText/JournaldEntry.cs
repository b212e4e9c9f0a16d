using System.Text.Json;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// An entry of the journal (systemd.journal-fields(7)), and its form in <c>journalctl -o json</c>: MESSAGE is a string, or an array of bytes where it is no
/// UTF-8. <c>dmesg --json</c> has the same in fewer members: pri (or fac), time, msg.
/// </summary>
internal readonly record struct JournaldEntry
{
    /// <summary>MESSAGE, not escaped, with its newlines.</summary>
    public required byte[] Message { get; init; }

    /// <summary>True where _TRANSPORT is kernel, or where there is no such field and SYSLOG_IDENTIFIER is kernel.</summary>
    public required bool IsKernel { get; init; }

    /// <summary>_SOURCE_MONOTONIC_TIMESTAMP, else __REALTIME_TIMESTAMP.</summary>
    public required LogStamp Stamp { get; init; }

    /// <summary>_KERNEL_SUBSYSTEM, or empty.</summary>
    public required string Subsystem { get; init; }

    /// <summary>_KERNEL_DEVICE, or empty.</summary>
    public required string Device { get; init; }

    /// <summary>Reads one line; false for one that is no such entry.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out JournaldEntry entry)
    {
        entry = default;
        if (line is not [(byte)'{', .., (byte)'}'] || line.IndexOf("\"MESSAGE\""u8) < 0 && line.IndexOf("\"msg\""u8) < 0) return false;
        var reader = new Utf8JsonReader(line);
        try
        {
            return TryRead(ref reader, out entry);
        }
        catch (JsonException)
        {
            // A line that only looks like one: it is read as text.
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string that is no text (a lone surrogate).
            return false;
        }
    }

    private static bool TryRead(ref Utf8JsonReader reader, out JournaldEntry entry)
    {
        entry = default;
        byte[]? message = null;
        var isDmesg = false;
        var isKernel = true;
        var time = default(LogStamp);
        string? transport = null, identifier = null, subsystem = null, device = null, monotonic = null, realtime = null;
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
                time = reader.TryGetDouble(out var seconds) && seconds is >= 0 and < 1e11 ? new LogStamp(LogClockKind.Boot, TimeSpan.FromSeconds(seconds)) : default;
            else if (reader.TokenType == JsonTokenType.String)
                switch (name)
                {
                    case "fac":
                        isDmesg = true;
                        isKernel &= reader.ValueTextEquals("kern"u8);
                        break;
                    case "_TRANSPORT": transport = reader.GetString(); break;
                    case "SYSLOG_IDENTIFIER": identifier = reader.GetString(); break;
                    case "_KERNEL_SUBSYSTEM": subsystem = reader.GetString(); break;
                    case "_KERNEL_DEVICE": device = reader.GetString(); break;
                    case "_SOURCE_MONOTONIC_TIMESTAMP": monotonic = reader.GetString(); break;
                    case "__REALTIME_TIMESTAMP": realtime = reader.GetString(); break;
                }
            else reader.Skip();
        }
        if (message is null) return false;
        if (isDmesg)
        {
            entry = new JournaldEntry { Message = message, IsKernel = isKernel, Stamp = time, Subsystem = "", Device = "" };
            return true;
        }
        var stamp = ReadStamp(monotonic, LogClockKind.Boot);
        entry = new JournaldEntry
        {
            Message = message,
            IsKernel = IsOfKernel(transport, identifier),
            Stamp = stamp.Clock == LogClockKind.None ? ReadStamp(realtime, LogClockKind.Wall) : stamp,
            Subsystem = subsystem ?? "",
            Device = device ?? "",
        };
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
        while (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var octet)) bytes.Add(octet);
        return reader.TokenType == JsonTokenType.EndArray ? [.. bytes] : throw new JsonException();
    }

    /// <summary>Who wrote it: journald's own field, which no process can set, else the tag.</summary>
    public static bool IsOfKernel(string? transport, string? identifier) => transport is null ? identifier == "kernel" : transport == "kernel";

    /// <summary>A time in µs.</summary>
    public static LogStamp ReadStamp(string? microseconds, LogClockKind clock) =>
        long.TryParse(microseconds, out var value) && value is >= 0 and < long.MaxValue / 100
            ? new LogStamp(clock, new TimeSpan(value * TimeSpan.TicksPerMicrosecond)) : default;
}
