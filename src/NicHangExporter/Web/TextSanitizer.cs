namespace NicHangExporter.Web;

/// <summary>Makes one log line of a text that may contain parts of a file.</summary>
internal static class TextSanitizer
{
    private const int MaxLength = 400;

    /// <summary>The text on one line, cut at 400 characters.</summary>
    public static string Of(string text)
    {
        var line = string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
        });
        return line.Length <= MaxLength ? line : line[..MaxLength] + "…";
    }

    /// <summary>True for a text that may be a misspelt key of the file, and is hardly a secret.</summary>
    public static bool IsWord(string text) =>
        text.Length is > 0 and <= 40
            && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');
}
