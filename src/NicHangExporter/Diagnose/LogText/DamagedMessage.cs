using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Repairs messages that were damaged when people passed them on: a remark behind the message, further lines joined to
/// the first, or a cut end. A complete message is never changed. Of a damaged one only as much is removed as leaves a
/// message. Pure.
/// </summary>
internal static class DamagedMessage
{
    // The maximum number of places at which a remark may begin.
    private const int MaxRemarks = 8;

    private static readonly byte[][] Ellipses =
    [
        "…"u8.ToArray(), "..."u8.ToArray(), "[...]"u8.ToArray(), "[…]"u8.ToArray(), "<snip>"u8.ToArray(),
        "[snip]"u8.ToArray(), "(...)"u8.ToArray(), ">"u8.ToArray(), "\\"u8.ToArray(), "="u8.ToArray(),
    ];

    /// <summary>Repairs the message in a record's text.</summary>
    /// <param name="text">The text, including further lines.</param>
    /// <param name="mode">The mode of the record.</param>
    /// <param name="repaired">The message.</param>
    /// <param name="repairedMode">The mode for the lookup of the repaired message.</param>
    /// <returns>False if the text is a complete message already, or is not a message.</returns>
    public static bool TryRepair(
        ReadOnlySpan<byte> text, DetectionMode mode, out byte[] repaired, out DetectionMode repairedMode)
    {
        repaired = [];
        repairedMode = mode;
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        if (line.Length > HangDetector.MaxLineLength || line.Length < PatternIndex.KeyLength || IsMessage(line, mode))
            return false;
        if (TryUnfold(line, mode, out var whole)
            || TryWithoutRemark(line, mode, out whole)
            || TryCollapse(line, mode, out whole))
        {
            repaired = [.. whole, .. text[line.Length..]];
            return true;
        }
        if (mode != DetectionMode.Pasted) return false;
        var cut = WithoutEllipsis(line);
        if (!IsMessage(cut, DetectionMode.Cut)) return false;
        repaired = [.. cut, .. text[line.Length..]];
        repairedMode = DetectionMode.Cut;
        return true;
    }

    /// <summary>True if a record may be a message that is cut off too early to count.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isLast">True for the last record of a log, which may be cut off without a mark.</param>
    public static bool MayBeCutOff(ReadOnlySpan<byte> text, bool isLast)
    {
        if (text.Length is < PatternIndex.KeyLength or > HangDetector.MaxLineLength) return false;
        if (text.IndexOf((byte)'\n') >= 0) return false;
        var cut = WithoutEllipsis(text);
        return (isLast || cut.Length < text.TrimEnd(" \t\r"u8).Length) && IsMessage(cut, DetectionMode.Begun);
    }

    /// <summary>True for a message, with or without a remark behind it.</summary>
    public static bool IsMessageOrRemarked(ReadOnlySpan<byte> text) =>
        IsMessage(text, DetectionMode.Pasted) || TryWithoutRemark(text, DetectionMode.Pasted, out _);

    public static bool IsMessage(ReadOnlySpan<byte> text, DetectionMode mode) =>
        HangDetector.TryDetect(text, default, default, mode, out _);

    // "Detected Hardware Unit Hang: TDH <36> TDT <36> next_to_use <36> …"
    private static bool TryUnfold(ReadOnlySpan<byte> line, DetectionMode mode, out byte[] whole)
    {
        whole = [];
        var unit = line.IndexOf("Unit Hang"u8);
        if (unit < 0 || line[unit..].IndexOf((byte)'<') < 0) return false;
        var lines = new List<byte>();
        var from = 0;
        for (var at = unit; at < line.Length; at++)
        {
            if (at == 0 || line[at - 1] is not ((byte)' ' or (byte)'\t') || !BeginsRegister(line[at..])) continue;
            if (from == 0 && !IsMessageOrRemarked(line[..at].TrimEnd(" \t"u8))) return false;
            lines.AddRange(line[from..at].TrimEnd(" \t"u8));
            lines.Add((byte)'\n');
            from = at;
        }
        if (from == 0) return false;
        lines.AddRange(line[from..]);
        whole = [.. lines];
        return true;
    }

    private static bool BeginsRegister(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'<');
        return HangReport.IsContinuation(open is > 0 and < 40 ? text[..(open + 1)] : text[..Math.Min(text.Length, 40)]);
    }

    private static bool TryWithoutRemark(ReadOnlySpan<byte> line, DetectionMode mode, out byte[] whole)
    {
        whole = [];
        var tries = 0;
        for (var at = Remark.Next(line, 1); at > 0 && tries++ < MaxRemarks; at = Remark.Next(line, at + 1))
        {
            var message = line[..at].TrimEnd(" \t`*\"'"u8);
            if (!IsMessage(message, mode)) continue;
            whole = message.ToArray();
            return true;
        }
        var quoted = line.TrimEnd(" \t`*\"'"u8);
        if (quoted.Length == line.Length || !IsMessage(quoted, mode) || line[quoted.Length..].IndexOf((byte)'"') >= 0)
            return false;
        whole = quoted.ToArray();
        return true;
    }

    // Joined lines leave several blanks at one place. Other double blanks pad a number.
    private static bool TryCollapse(ReadOnlySpan<byte> line, DetectionMode mode, out byte[] whole)
    {
        whole = [];
        var tries = 0;
        for (var at = line.IndexOf("  "u8); at >= 0 && tries++ < MaxRemarks;)
        {
            var rest = line[at..].TrimStart((byte)' ');
            whole = [.. line[..(at + 1)], .. rest];
            if (IsMessage(whole, mode)) return true;
            var next = rest.IndexOf("  "u8);
            at = next < 0 ? -1 : line.Length - rest.Length + next;
        }
        return false;
    }

    private static ReadOnlySpan<byte> WithoutEllipsis(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t\r"u8);
        foreach (var ellipsis in Ellipses)
            if (line.EndsWith(ellipsis)) return line[..^ellipsis.Length].TrimEnd(" \t"u8);
        return line;
    }
}
