using System.Globalization;
using System.Text;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// An archive that the kernel unpacks at boot (Documentation/driver-api/early-userspace/buffer-format.rst, "newc").
/// </summary>
internal sealed class CpioArchive(Stream output) : IDisposable
{
    private const int Regular = 0x8000;
    private const int Link = 0xa000;
    private const int Folder = 0x4000;

    private readonly HashSet<string> _folders = [""];
    private long _position;
    private int _inode;

    /// <summary>Adds a file, and the folders above it.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content, bool isExecutable = false) =>
        Add(path, Regular | (isExecutable ? 0x1ed : 0x1a4), content);

    /// <summary>Adds a file of this machine. For a link it adds the target's content.</summary>
    public void AddFile(string path, string source, bool isExecutable = false) =>
        AddFile(path, File.ReadAllBytes(source), isExecutable);

    public void AddLink(string path, string target) => Add(path, Link | 0x1ff, Encoding.UTF8.GetBytes(target));

    public void AddFolder(string path)
    {
        if (_folders.Add(path))
            Add(path, Folder | 0x1ed, []);
    }

    public void Dispose()
    {
        Write("TRAILER!!!", 0, []);
        output.Dispose();
    }

    private void Add(string path, int mode, ReadOnlySpan<byte> content)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            AddFolder(folder);
        Write(path, mode, content);
    }

    private void Write(string path, int mode, ReadOnlySpan<byte> content)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var links = mode == 0 ? 0 : 1;
        int[] header = [mode == 0 ? 0 : ++_inode, mode, 0, 0, links, 0, content.Length, 0, 0, 0, 0, name.Length, 0];
        Put(Encoding.ASCII.GetBytes(
            "070701" + string.Concat(header.Select(field => field.ToString("x8", CultureInfo.InvariantCulture)))));
        Put(name);
        Pad();
        Put(content);
        Pad();
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _position += bytes.Length;
    }

    private void Pad() => Put(new byte[(4 - _position % 4) % 4]);
}
