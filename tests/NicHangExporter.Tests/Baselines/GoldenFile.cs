namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// A file below <c>golden/</c> that an output must equal. After a wanted change, UPDATE_GOLDEN=1 writes it anew; read
/// its difference before committing it.
/// </summary>
internal static class GoldenFile
{
    /// <summary>The path of a golden file in the repository.</summary>
    public static string PathOf(string name) =>
        Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden", name);

    /// <summary>Fails where the text is not the golden file.</summary>
    public static void AssertIs(string name, string text) => AssertIs(name, text, whole => whole);

    /// <summary>Fails where the text is not the golden file, but for what is cleared from both.</summary>
    public static void AssertIs(string name, string text, Func<string, string> clear)
    {
        var path = PathOf(name);
        var isSame = File.Exists(path) && clear(File.ReadAllText(path)) == clear(text);
        if (!isSame && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.Equal(clear(File.ReadAllText(path)), clear(text));
    }
}
