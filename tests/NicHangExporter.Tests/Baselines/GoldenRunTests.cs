namespace NicHangExporter.Tests.Baselines;

/// <summary>The files that whole runs leave in the state directory, byte for byte: under a fake clock nothing in them is left to chance.</summary>
public sealed class GoldenRunTests
{
    public static TheoryData<string> Runs => [.. RecordedRun.All.Select(run => run.Name)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Files_OfARun_AreTheGoldenOnes(string name)
    {
        RecordedRun.All.Single(run => run.Name == name).Carry((_, files) =>
        {
            foreach (var (file, text) in files)
                GoldenFile.AssertIs($"run/{name}/{file}", text);
            Assert.Equal(files.Keys, Golden(name));
        });
    }

    private static IEnumerable<string> Golden(string name)
    {
        var directory = GoldenFile.PathOf($"run/{name}");
        return Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal);
    }
}
