namespace NicHangExporter.Tests.Documentation;

/// <summary>A value of the Helm chart, as values.yaml has it.</summary>
/// <param name="Name">Its path of keys, with dots.</param>
/// <param name="Default">What stands behind the key; empty where the value is the lines below it.</param>
/// <param name="Comment">What the comment above it says; null where there is none.</param>
/// <param name="IsBlock">True where the lines below it belong to it.</param>
internal sealed record ChartValue(string Name, string Default, string? Comment, bool IsBlock)
{
    private const string Mark = "# -- ";

    /// <summary>
    /// All values: a key with a comment of its own is one, whatever stands below it; else each key that has a value.
    /// </summary>
    public static List<ChartValue> Read(string path)
    {
        var values = new List<ChartValue>();
        var parents = new Stack<(int Indent, string Name, bool IsValue)>();
        string? comment = null;
        foreach (var line in File.ReadLines(path).Where(line => line.Trim().Length > 0))
        {
            var (indent, text) = (line.Length - line.TrimStart().Length, line.Trim());
            if (text.StartsWith('#'))
            {
                comment = text.StartsWith(Mark, StringComparison.Ordinal) ? text[Mark.Length..]
                    : comment is null ? null : comment + text[1..];
                continue;
            }
            while (parents.TryPeek(out var above) && above.Indent >= indent)
                parents.Pop();
            if (parents.Any(parent => parent.IsValue) || text.StartsWith("- ", StringComparison.Ordinal))
                continue;
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var name = string.Join('.', parents.Reverse().Select(parent => parent.Name).Append(text[..colon]));
            var value = text[(colon + 1)..].Trim();
            var isValue = comment is not null || value.Length > 0;
            parents.Push((indent, text[..colon], isValue));
            if (isValue)
                values.Add(new ChartValue(name, value, comment, value.Length == 0));
            comment = null;
        }
        return values;
    }
}
