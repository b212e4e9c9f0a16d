namespace NicHangExporter.EndToEnd.Support;

/// <summary>A directory of a test's own, gone after it. Everybody may enter it, because some tests run the program as nobody.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public TemporaryDirectory() => File.SetUnixFileMode(Path, ForEverybody);

    /// <summary>Its absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("nichang-").FullName;

    /// <summary>The path of an entry, whether or not it exists.</summary>
    public string this[string entry] => System.IO.Path.Combine(Path, entry);

    /// <summary>Makes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string entry, string content)
    {
        File.WriteAllText(this[entry], content);
        return this[entry];
    }

    // Names that are not UTF-8 can't be deleted through System.IO.
    public void Dispose() => Execution.Of("rm", "-rf", "--", Path).Succeeded();
}
