using System.Buffers;
using System.Globalization;
using System.Text;

namespace NicHangExporter.Linux;

/// <summary>
/// Writes arbitrary bytes as text, in the form of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): control bytes, the
/// backslash and bytes that are not UTF-8 become <c>\xNN</c>. Unlike in the kernel, visible UTF-8 stays readable.
/// Different byte strings always give different text, so two devices never share a metric label. The text holds no
/// invisible character, line break or bidirectional control.
/// </summary>
public static class KernelText
{
    // Visible ASCII, and the blank, without the backslash.
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Where(octet => octet != '\\').Select(octet => (byte)octet)]);

    /// <summary>Converts bytes to printable text.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept(Plain))
            return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == OperationStatus.Done && IsVisible(rune) && rune.Value != '\\')
                text.Append(rune.ToString());
            else
                foreach (var octet in bytes[..consumed])
                    text.Append(@"\x").Append(octet.ToString("x2", null));
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    /// <summary>Reverses <c>\xNN</c>. A backslash that starts no such escape is kept.</summary>
    /// <param name="escaped">Text as the kernel wrote it.</param>
    /// <param name="destination">At least as long as <paramref name="escaped"/>. It may be the same memory.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                escaped.CopyTo(destination[written..]);
                return written + escaped.Length;
            }
            escaped[..backslash].CopyTo(destination[written..]);
            written += backslash;
            escaped = escaped[backslash..];
            if (escaped.Length >= 4
                && escaped[1] == 'x'
                && Nibble(escaped[2]) is var high and >= 0
                && Nibble(escaped[3]) is var low and >= 0)
            {
                destination[written++] = (byte)(high << 4 | low);
                escaped = escaped[4..];
            }
            else
            {
                destination[written++] = (byte)'\\';
                escaped = escaped[1..];
            }
        }
    }

    /// <summary>True for a character that a reader can see, and for the blank.</summary>
    public static bool IsVisible(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);

    private static int Nibble(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
