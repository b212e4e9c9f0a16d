using System.Text.RegularExpressions;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// Each option that the documentation mentions exists, and the value in parentheses after it is its default. The
/// documentation may also mention values of the Helm chart.
/// </summary>
public sealed partial class OptionMentionTests
{
    private static readonly HashSet<string> Others = ["config.file", "config.check"];

    public static TheoryData<string> Documents =>
    [
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryOption_Exists(string document)
    {
        var text = new Document(document).Text;
        var spaces = OptionTable.All.Select(option => option.Name.Split('.')[0]).ToHashSet();
        foreach (Match flag in Flag().Matches(text))
            Assert.True(IsOption(flag.Groups[1].Value), $"{document} mentions {flag.Value}, which does not exist");
        foreach (Match word in Word().Matches(text))
            if (spaces.Contains(word.Value.Split('.')[0]) && !IsFile(word.Value)
                && !ChartFilesTests.Values.Any(value => value.Name == word.Value))
                Assert.True(IsOption(word.Value), $"{document} mentions {word.Value}, which is no option");
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryDefault_IsTheRealOne(string document)
    {
        var defaults = new ExporterOptions();
        foreach (Match mention in Default().Matches(new Document(document).Text))
            if (OptionTable.All.FirstOrDefault(option => option.Name == mention.Groups[1].Value) is { } option)
                Assert.Equal($"{option.Name} ({option.Show(defaults)})", $"{option.Name} ({mention.Groups[2].Value})");
    }

    [Fact]
    public void Defaults_AreMentionedAtAll() =>
        Assert.True(Default().Count(new Document("docs/reference/remediation.md").Text) >= 10);

    private static bool IsOption(string name) =>
        OptionTable.All.Any(option => option.Name == name) || Others.Contains(name);

    private static bool IsFile(string name) =>
        name.Split('.')[1] is "md" or "json" or "jsonl" or "sock" or "yaml" or "prom" or "raw" or "c" or "h" or "cs";

    [GeneratedRegex(@"--(?:no-)?([a-z]+\.[a-z]+(?:[.-][a-z]+)*)")]
    private static partial Regex Flag();

    // A name that begins a word, or stands behind an opening mark; not a part of a path.
    [GeneratedRegex(@"(?<=[\s`(])[a-z]+\.[a-z]+(?:[.-][a-z]+)*(?![\w/(])")]
    private static partial Regex Word();

    [GeneratedRegex(@"`([a-z]+\.[a-z-]+)` \(([0-9][0-9a-z]*)\)")]
    private static partial Regex Default();
}
