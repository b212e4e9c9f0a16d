namespace NicHangExporter.Web;

/// <summary>Makes one line of the log of a text that holds parts of a file.</summary>
internal static class TextSanitizer
{
    private const int MaxLength = 400;

    /// <summary>The text on one line, cut where it is very long.</summary>
    public static string Of(string text)
    {
        var line = string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
        });
        return line.Length <= MaxLength ? line : line[..MaxLength] + "…";
    }

    /// <summary>True for what may be a misspelt key, and is hardly a password or a key in the other sense.</summary>
    public static bool IsWord(string text) =>
        text.Length is > 0 and <= 40
            && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');
}
