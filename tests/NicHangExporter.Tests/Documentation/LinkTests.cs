using System.Text.RegularExpressions;

namespace NicHangExporter.Tests.Documentation;

/// <summary>A link that leads nowhere is worse than none: whoever follows it is in trouble already.</summary>
public sealed partial class LinkTests
{
    [Theory]
    [MemberData(nameof(OptionMentionTests.Documents), MemberType = typeof(OptionMentionTests))]
    public void EveryLinkWithinTheRepository_LeadsSomewhere(string document)
    {
        foreach (Match link in Link().Matches(new Document(document).Text))
        {
            var (file, anchor) = (link.Groups[1].Value, link.Groups[2].Value);
            if (file.Contains(':', StringComparison.Ordinal))
                continue;
            var target = file.Length == 0 ? document : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, file));
            Assert.True(Path.Exists(Path.Combine(Repository.Root, target)), $"{document} links to {target}, which is not there");
            if (anchor.Length > 0)
                Assert.True(Anchors(target).Contains(anchor), $"{document} links to {target}#{anchor}, and there is no such heading");
        }
    }

    // As the usual renderers make them: lower case, blanks are dashes, and of the rest letters, digits and dashes.
    private static HashSet<string> Anchors(string document) =>
        [.. Heading().Matches(new Document(document).Text).Select(heading => NoAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant().Replace(' ', '-'), ""))];

    [GeneratedRegex(@"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9-]")]
    private static partial Regex NoAnchor();
}
