namespace NicHangExporter.Tests.Package;

/// <summary>Wraps long lists and paragraphs in generated files.</summary>
internal static class LongText
{
    private const int Width = 110;

    /// <summary>The words on lines of limited width.</summary>
    /// <param name="words">The words.</param>
    /// <param name="separator">Between two words of a line.</param>
    /// <param name="end">At the end of a line that another one follows.</param>
    /// <param name="indent">The spaces before each line but the first.</param>
    public static string Wrap(IEnumerable<string> words, string separator, string end, int indent)
    {
        var lines = new List<string>();
        foreach (var word in words)
            if (lines.Count > 0 && indent + lines[^1].Length + separator.Length + word.Length + end.Length <= Width)
                lines[^1] += separator + word;
            else
                lines.Add(word);
        return string.Join($"{end}\n{new string(' ', indent)}", lines);
    }
}
