using System.Runtime.CompilerServices;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Removes blanks, tabs and carriage returns. MemoryExtensions.Trim() with three bytes searches a list for each byte of
/// the text.
/// </summary>
internal static class Blanks
{
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        var start = 0;
        while (start < text.Length && IsBlank(text[start])) start++;
        return TrimEnd(text[start..]);
    }

    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        while (length > 0 && IsBlank(text[length - 1])) length--;
        return text[..length];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r';
}
