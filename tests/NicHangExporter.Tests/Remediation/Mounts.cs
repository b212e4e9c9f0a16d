using System.Diagnostics;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>File systems of a test's own, gone after it.</summary>
internal sealed class Mounts : IDisposable
{
    private readonly Stack<string> _paths = [];

    public Mounts()
    {
        Requires.Root();
        Requires.Program("mount");
    }

    /// <summary>A small file system in memory.</summary>
    public void AddMemory(string path)
    {
        Directory.CreateDirectory(path);
        // Without a mode everybody may write there, as in /tmp.
        Add("-t", "tmpfs", "-o", "size=256k,mode=0700", "none", path);
    }

    /// <summary>
    /// A second, read-only mount of the same directory: files opened through it can't be written; open files stay as
    /// they are.
    /// </summary>
    public void AddReadOnly(string path)
    {
        Add("--bind", path, path);
        Run("mount", "-o", "remount,bind,ro", path);
    }

    public static void Remount(string path, string mode) => Run("mount", "-o", $"remount,{mode}", path);

    /// <summary>Takes away the last one.</summary>
    public void Remove() => Run("umount", "--lazy", _paths.Pop());

    /// <summary>Fills the file system.</summary>
    public static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        file.Write(new byte[new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace]);
        Assert.Throws<IOException>(() => file.WriteByte(0));
    }

    public void Dispose()
    {
        while (_paths.Count > 0)
            Remove();
    }

    private void Add(params string[] arguments)
    {
        Run("mount", arguments);
        _paths.Push(arguments[^1]);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Find(program)!,
            arguments)
        { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {complaint}");
    }
}
