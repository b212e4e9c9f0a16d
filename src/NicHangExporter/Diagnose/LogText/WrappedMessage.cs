using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Joins lines that mail programs and terminals have broken. Two lines are one message if the table matches only their
/// combination. The text before the message must still be a prefix of the kernel, so that a sentence that quotes a
/// message does not match.
/// </summary>
internal static class WrappedMessage
{
    /// <summary>Joins two lines, with a blank or without one.</summary>
    /// <param name="first">The text of a record, without the parts of its log format.</param>
    /// <param name="second">The next line, which has no prefix of its log.</param>
    /// <param name="joined">The message.</param>
    public static bool TryJoin(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out byte[] joined)
    {
        joined = [];
        if (first.IsEmpty
            || first.Length + second.Length >= HangDetector.MaxLineLength
            || first.IndexOf((byte)'\n') >= 0
            || IsMessage(first))
            return false;
        // After a device's prefix the message itself may match without it.
        if (IsMessage(second) && !IsPrefix(first)) return false;
        joined = [.. first.TrimEnd((byte)' '), (byte)' ', .. second];
        if (IsMessage(joined)) return true;
        joined = [.. first, .. second];
        return IsMessage(joined);
    }

    /// <summary>Joins two lines that are the start of a message, so that a third line can complete it.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out byte[] joined)
    {
        joined = [];
        if (first.Length + second.Length >= HangDetector.MaxLineLength || first.IndexOf((byte)'\n') >= 0) return false;
        if (IsMessage(first) || DamagedMessage.IsMessage(second, DetectionMode.Cut) && !IsPrefix(first)) return false;
        joined = [.. first.TrimEnd((byte)' '), (byte)' ', .. second];
        if (DamagedMessage.IsMessage(joined, DetectionMode.Begun)) return true;
        joined = [.. first, .. second];
        return DamagedMessage.IsMessage(joined, DetectionMode.Begun);
    }

    // "mtk_soc_eth 1e100000.ethernet eth0:", "e1000e 0000:00:1f.6"
    private static bool IsPrefix(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)' ');
        byte[] whole = text is [.., (byte)':'] ? [.. text, (byte)' '] : [.. text, (byte)':', (byte)' '];
        if (!KernelPrefix.TryParse(whole, out var prefix) || prefix.Shape == PrefixShapes.Bare) return false;
        return text is [.., (byte)':'] || prefix.Shape == PrefixShapes.Device && !prefix.Driver.IsEmpty;
    }

    private static bool IsMessage(ReadOnlySpan<byte> text) => DamagedMessage.IsMessageOrRemarked(text);
}
