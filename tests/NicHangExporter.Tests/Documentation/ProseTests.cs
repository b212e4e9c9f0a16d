using System.Text.RegularExpressions;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Documentation;

/// <summary>The form of the prose: short lines, a short README, and on each page first whom it is for.</summary>
public sealed partial class ProseTests
{
    private const int Columns = 120;

    // A row of a table, code and what is generated can't be broken.
    [Theory]
    [MemberData(nameof(LinkTests.Pages), MemberType = typeof(LinkTests))]
    public void EveryLineOfProse_Has120ColumnsAtMost(string document)
    {
        var prose = Unbreakable().Replace(new Document(document).Text, "").Split('\n')
            .Where(line => !line.StartsWith('|'));

        Assert.All(prose, line =>
            Assert.True(line.Length <= Columns, $"{document} has a line of {line.Length} columns: {line}"));
    }

    [Theory]
    [MemberData(nameof(LinkTests.Sorted), MemberType = typeof(LinkTests))]
    public void EveryPage_SaysFirstWhomItIsFor(string page) =>
        Assert.Matches(@"^# [^\n]+\n\nFor [^\n]", new Document($"docs/{page}").Text);

    [Fact]
    public void Readme_FitsOnTwoScreens()
    {
        var lines = new Document("README.md").Text.TrimEnd('\n').Split('\n');

        Assert.True(lines.Length <= 120, $"README.md has {lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length <= Columns, line));
    }

    [GeneratedRegex("(?:^|\n) *```.*?\n *```(?=\n)|<!-- begin .*?<!-- end [^\n]*", RegexOptions.Singleline)]
    private static partial Regex Unbreakable();
}
