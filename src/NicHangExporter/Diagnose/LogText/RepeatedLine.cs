using System.Buffers.Text;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// The line that a log daemon writes instead of a repeated message: <c>last message repeated 3 times</c> (syslogd),
/// <c>message repeated 3 times: [ text]</c> (rsyslog), <c>Last message 'text' repeated 3 times, suppressed by syslog-ng
/// on host</c>.
/// </summary>
internal readonly ref struct RepeatedLine
{
    /// <summary>Daemons write the line before they count this far. The limit protects against forged numbers.</summary>
    private const int Most = 10_000;

    /// <summary>The number of repetitions.</summary>
    public int Count { get; private init; }

    /// <summary>The host, or empty if the line has none.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>The quoted message; empty if the previous message is meant.</summary>
    public ReadOnlySpan<byte> Message { get; private init; }

    /// <summary>Parses the text of a line without time and tag.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out RepeatedLine line)
    {
        line = default;
        var at = text.IndexOf("essage "u8);
        if (at < 0) return false;
        var host = ReadOnlySpan<byte>.Empty;
        if (!IsStart(text, out var start) && text.IndexOf((byte)' ') is > 0 and var blank)
        {
            host = text[..blank];
            text = text[(blank + 1)..].TrimStart((byte)' ');
            if (!IsStart(text, out start)) return false;
        }
        if (start == 0) return false;
        var rest = text[start..];
        var message = ReadOnlySpan<byte>.Empty;
        if (rest is [(byte)'\'', ..])
        {
            var close = rest.LastIndexOf("' "u8);
            if (close <= 0) return false;
            message = rest[1..close];
            rest = rest[(close + 2)..];
        }
        if (!rest.StartsWith("repeated "u8)) return false;
        rest = rest["repeated "u8.Length..];
        if (!Utf8Parser.TryParse(rest, out int count, out var used) || count < 1 || !rest[used..].StartsWith(" time"u8))
            return false;
        rest = rest[used..];
        if (message.IsEmpty && rest.IndexOf(": ["u8) is > 0 and var open)
        {
            message = rest[(open + 3)..].Trim((byte)' ');
            if (message is [.., (byte)']']) message = message[..^1].TrimEnd((byte)' ');
        }
        line = new RepeatedLine { Count = Math.Min(count, Most), Host = host, Message = message };
        return true;
    }

    private static bool IsStart(ReadOnlySpan<byte> text, out int length)
    {
        length = text.StartsWith("last message "u8) || text.StartsWith("Last message "u8) ? "last message ".Length
            : text.StartsWith("message "u8) ? "message ".Length : 0;
        return length > 0;
    }
}
