using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A directory for one test. Dispose deletes it. Every user may enter it, because some tests run the program as nobody.
/// </summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public TemporaryDirectory() => File.SetUnixFileMode(Path, ForEverybody);

    /// <summary>Its absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("nichang-").FullName;

    /// <summary>The path of an entry, even if it does not exist.</summary>
    public string this[string entry] => System.IO.Path.Combine(Path, entry);

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string entry, string content)
    {
        File.WriteAllText(this[entry], content);
        return this[entry];
    }

    // System.IO can't delete names that are not UTF-8. Without a time limit: a busy disk may need minutes for the files
    // of a thousand devices.
    public void Dispose()
    {
        using var removal = Process.Start("rm", ["-rf", "--", Path]);
        removal.WaitForExit();
        Assert.Equal(0, removal.ExitCode);
    }
}
