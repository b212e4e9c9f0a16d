namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// A page of the documentation, as the tests read it. Parts between <c>begin generated</c> and <c>end generated</c> are
/// made from code: UPDATE_GOLDEN=1 writes them again.
/// </summary>
internal sealed class Document(string name)
{
    private readonly string _path = Path.Combine(Repository.Root, name);

    public string Text => File.ReadAllText(_path);

    /// <summary>Fails where a generated part is not what the code says.</summary>
    public void AssertGenerated(string part, string expected)
    {
        var (begin, end) = ($"<!-- begin generated {part} -->\n", $"<!-- end generated {part} -->");
        var text = Text;
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var whole = text[..start] + expected + text[text.IndexOf(end, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(_path, whole);

        Assert.Equal(whole, Text);
    }

    /// <summary>What stands below a heading of the second level, up to the next one.</summary>
    public string Section(string heading)
    {
        var text = Text;
        var start = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{name} has no section '{heading}'");
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    /// <summary>The words in code type that begin the rows of a section's tables, in order.</summary>
    public List<string> FirstCells(string heading) =>
        [.. Section(heading).Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line[3..line.IndexOf('`', 3)])];

    /// <summary>The contents of fenced blocks of a language.</summary>
    public IEnumerable<string> Blocks(string language)
    {
        var fence = $"```{language}\n";
        var text = Text;
        for (var start = text.IndexOf(fence, StringComparison.Ordinal); start >= 0; start = text.IndexOf(fence,
            start + 1, StringComparison.Ordinal))
            yield return text[
                (start + fence.Length)..text.IndexOf("```", start + fence.Length, StringComparison.Ordinal)];
    }
}
