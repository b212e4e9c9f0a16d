using NicHangExporter.Cli;

namespace NicHangExporter.Tests.Cli;

public sealed class ConsoleWriterTests
{
    [Theory]
    [InlineData("plain text, $(id) and -rf", "plain text, $(id) and -rf")]
    [InlineData("\u001b[2Jx\u009b31m\r\n\b\u007f", @"\u001b[2Jx\u009b31m\u000d\u000a\u0008\u007f")]
    [InlineData("über 漢字 \U0001f600", "über 漢字 \U0001f600")]
    [InlineData("a\u202eb\u200b\u2028\ufeff\ue000", @"a\u202eb\u200b\u2028\ufeff\ue000")]
    [InlineData(@"a\x1bb", @"a\x1bb")]
    public void Text_WithWhatWorksATerminal_IsShownByNumber(string text, string expected)
    {
        Assert.Equal(expected, ConsoleWriter.Clean(text));
        Assert.Equal(expected + Environment.NewLine, Written(page => page.Line(text)));
    }

    [Fact]
    public void Paragraph_IsBrokenAtBlanksWithin80Columns()
    {
        var written = Written(page =>
            page.Paragraph(
                "  label  ", string.Join(' ', Enumerable.Repeat("sixteen-letters.", 12)) + " " + new string('x', 100)));

        var lines = written.TrimEnd().Split('\n');
        Assert.Equal("  label  sixteen-letters. sixteen-letters. sixteen-letters. sixteen-letters.", lines[0]);
        Assert.All(lines[..^1], line => Assert.True(line.Length < 80));
        Assert.All(lines[1..], line => Assert.Equal(9, line.Length - line.TrimStart().Length));
        Assert.EndsWith(new string('x', 100), lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Table_OfHostileCells_KeepsItsColumns() =>
        Assert.Equal("A        B\n\\u001bc  d\n", Written(page => page.Table("", ["A", "B"], ["\u001bc", "d"])));

    private static string Written(Action<ConsoleWriter> write)
    {
        var output = new StringWriter();
        write(new ConsoleWriter(output));
        return output.ToString();
    }
}
