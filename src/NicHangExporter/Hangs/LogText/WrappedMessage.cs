namespace NicHangExporter.Hangs.LogText;

/// <summary>
/// Mail programs and terminals break long lines. Two lines are one message where the table knows it only of both together: what stands in front still has
/// to be a prefix of the kernel's, so that a sentence which quotes a message and is broken within it is none.
/// </summary>
internal static class WrappedMessage
{
    /// <summary>Joins two lines, with the blank at which they were broken, or without one.</summary>
    /// <param name="first">The text of a record, without what its log puts in front.</param>
    /// <param name="second">The next line, which has nothing in front.</param>
    /// <param name="joined">The message.</param>
    public static bool TryJoin(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out byte[] joined)
    {
        joined = [];
        if (first.Length + second.Length >= HangDetector.MaxLineLength || first.IndexOf((byte)'\n') >= 0 || IsMessage(first) || IsMessage(second)) return false;
        joined = [.. first, (byte)' ', .. second];
        if (IsMessage(joined)) return true;
        joined = [.. first, .. second];
        return IsMessage(joined);
    }

    private static bool IsMessage(ReadOnlySpan<byte> text) => HangDetector.TryDetect(text, default, default, DetectionMode.Pasted, out _);
}
