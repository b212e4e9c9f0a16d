using System.Text.RegularExpressions;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// Links and paths of the documentation lead somewhere: links of each page, paths that other files name, and the index.
/// </summary>
public sealed partial class LinkTests
{
    // A page of Prometheus's exporter-toolkit.
    private const string Foreign = "docs/web-configuration.md";

    private static readonly string[] Folders = ["src", "tests", "bench", "deploy", "grafana", ".ci"];

    /// <summary>Every page of the repository.</summary>
    public static TheoryData<string> Pages =>
    [
        .. OptionMentionTests.Documents.Select(document => document.Data),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The pages that docs/README.md sorts by purpose.</summary>
    public static TheoryData<string> Sorted =>
    [
        .. new[] { "tutorials", "how-to", "reference", "explanation" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", folder), "*.md"))
            .Select(file => Path.GetRelativePath(Path.Combine(Repository.Root, "docs"), file))
                .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryLinkWithinTheRepository_LeadsSomewhere(string document)
    {
        foreach (Match link in Link().Matches(new Document(document).Text))
        {
            var (file, anchor) = (link.Groups[1].Value, link.Groups[2].Value);
            if (file.Contains(':', StringComparison.Ordinal))
                continue;
            var target = file.Length == 0 ? document
                : Path.GetRelativePath(
                    Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, file));
            Assert.True(Path.Exists(Path.Combine(Repository.Root, target)),
                $"{document} links to {target}, which does not exist");
            if (anchor.Length > 0)
                Assert.True(Anchors(target).Contains(anchor),
                    $"{document} links to {target}#{anchor}, which has no such heading");
        }
    }

    // Comments, messages, rules and charts name pages without a link.
    [Fact]
    public void EveryPathOfAPage_Exists()
    {
        var paths = 0;
        foreach (var file in Folders.SelectMany(Sources).Concat(Directory.EnumerateFiles(Repository.Root)))
            foreach (Match path in DocumentPath().Matches(File.ReadAllText(file)).Where(path => path.Value != Foreign))
            {
                Assert.True(Exists(path.Value), $"{file} names {path.Value}, which does not exist");
                paths++;
            }
        Assert.True(paths > 50, $"only {paths} paths were found");
    }

    [Theory]
    [MemberData(nameof(Sorted))]
    public void Index_ListsThePage(string page) =>
        Assert.Contains($"]({page})", new Document("docs/README.md").Text, StringComparison.Ordinal);

    // A decision may be named by its number alone.
    private static bool Exists(string path) =>
        Path.HasExtension(path) ? Path.Exists(Path.Combine(Repository.Root, path))
        : Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), $"{Path.GetFileName(path)}-*.md")
            .Any();

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
            .Where(file => !Generated().IsMatch(file));

    // As the usual renderers make them: lower case, blanks are dashes, and of the rest letters, digits and dashes.
    private static HashSet<string> Anchors(string document) =>
        [.. Heading().Matches(new Document(document).Text)
            .Select(heading => NoAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant().Replace(' ', '-'), ""))];

    [GeneratedRegex(@"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9-]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"(?<![\w./])docs/(?:[\w/-]+\.(?:md|json)\b|decisions/[0-9]{4}(?![\w-]))")]
    private static partial Regex DocumentPath();

    [GeneratedRegex(@"/(?:bin|obj|node_modules|artifacts)/|\.png$")]
    private static partial Regex Generated();
}
