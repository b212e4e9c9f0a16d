using NicHangExporter.Linux;

namespace NicHangExporter.Text;

/// <summary>Makes a text that quotes a file fit for one line of the log.</summary>
internal static class TextSanitizer
{
    private const int MaxLength = 400;

    /// <summary>The text without control characters, cut after 400 characters.</summary>
    public static string Of(string text)
    {
        var line = string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
        });
        return line.Length <= MaxLength ? line : line[..MaxLength] + "…";
    }

    /// <summary>
    /// True for a text that may be a misspelt key. A password or a private key hardly looks like one.
    /// </summary>
    public static bool IsWord(string text) =>
        text.Length is > 0 and <= 40
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');
}
