using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// The Dockerfile repeats values of Directory.Build.props, because the instructions of a Dockerfile can't read a file.
/// </summary>
public sealed partial class DockerfileTests
{
    private static readonly string Dockerfile = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));

    [Theory]
    [InlineData("VERSION", "Version", 2)]
    [InlineData("SOURCE", "RepositoryUrl", 1)]
    public void Argument_ThatRepeatsAProperty_HasItsValueInEachStage(string argument, string property, int stages)
    {
        var expected = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants(property)
            .Single().Value;

        var defaults = Argument().Matches(Dockerfile).Where(match => match.Groups["name"].Value == argument)
            .Select(match => match.Groups["value"].Value).ToList();

        Assert.Equal(Enumerable.Repeat(expected, stages), defaults);
    }

    // What .dockerignore leaves out can't be copied.
    [Fact]
    public void Copied_Files_AreThoseThatDockerignoreLetsIn()
    {
        var let = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore")).Where(line => line.StartsWith('!'))
            .Select(line => line[1..].TrimEnd('/')).Order().ToList();

        var copied = Copy().Matches(Dockerfile)
            .SelectMany(match => match.Groups["sources"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(source => source.Split('/')[0]).Distinct().Order().ToList();

        Assert.Equal(let, copied);
        Assert.All(let, name => Assert.True(Path.Exists(Path.Combine(Repository.Root, name)), name));
    }

    [GeneratedRegex(@"^ARG (?<name>\w+)=(?<value>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Argument();

    // Without --from: of the build context. The last word is the target.
    [GeneratedRegex(@"^COPY (?!--)(?<sources>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
