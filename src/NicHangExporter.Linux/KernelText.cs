using System.Buffers;
using System.Globalization;
using System.Text;

namespace NicHangExporter.Linux;

/// <summary>
/// The kernel's own way to write arbitrary bytes as text: control bytes, the backslash and whatever is not UTF-8 become
/// <c>\xNN</c>, as in /dev/kmsg (Documentation/ABI/testing/dev-kmsg), except that visible UTF-8 stays readable. The result is
/// unambiguous: two different byte strings never give the same text, so that two devices can't share one metric label; and it holds no
/// character that a reader can't see, breaks a line or turns the direction of writing.
/// </summary>
public static class KernelText
{
    /// <summary>The bytes as printable text.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
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

    /// <summary>
    /// Undoes <c>\xNN</c>. A backslash that starts no such escape is kept as it is.
    /// </summary>
    /// <param name="escaped">Text as the kernel wrote it.</param>
    /// <param name="destination">At least as long as <paramref name="escaped"/>; it may be the same memory.</param>
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
            if (escaped.Length >= 4 && escaped[1] == 'x' && Nibble(escaped[2]) is var high and >= 0 && Nibble(escaped[3]) is var low and >= 0)
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

    private static bool IsVisible(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static int Nibble(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
