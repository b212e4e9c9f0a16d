using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace NicHangExporter.TestSupport;

/// <summary>
/// A directory that looks like /sys. Names are bytes, because System.IO cannot create names that are not UTF-8.
/// </summary>
internal sealed partial class SysfsTree : IDisposable
{
    // In memory, like the kernel's: the tests read and write it every simulated second, which must not wait for a disk.
    private readonly TemporaryDirectory _directory = new(inMemory: true);

    public SysfsTree() => Directory.CreateDirectory(Path.Combine(Root, "class/net"));

    public string Root => _directory.Path;

    public void Dispose()
    {
        try
        {
            _directory.Dispose();
        }
        catch (IOException)
        {
            // Directory.Delete does not find names that are not UTF-8.
            Execution.Of("rm", "-rf", "--", Root).Succeeded();
        }
    }

    /// <summary>Adds an interface: a link to its own directory, below a parent device or in devices/virtual.</summary>
    public void Add(ReadOnlySpan<byte> name, string? parent = null, string? subsystem = null, string? driver = null)
    {
        var place = $"devices/{parent ?? "virtual"}/net";
        Directory.CreateDirectory(Path.Combine(Root, place));
        Directory.CreateDirectory(Path.Combine(Root, "bus"));
        MakeDirectory(Bytes($"{Root}/{place}/", name));
        Link($"../../{place}/", name, $"{Root}/class/net/", name);
        if (parent is null)
            return;
        Link($"../../../{Path.GetFileName(parent)}", default, $"{Root}/{place}/", [.. name, .. "/device"u8]);
        Replace($"{Root}/devices/{parent}/subsystem", subsystem is null ? null : $"../../../bus/{subsystem}");
        Replace($"{Root}/devices/{parent}/driver", driver is null ? null
            : $"../../../bus/{subsystem}/drivers/{driver}");
    }

    /// <summary>Writes an attribute of an interface.</summary>
    public void Write(string device, string attribute, string content)
    {
        var path = Path.Combine(Root, "class/net", device, attribute);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    /// <summary>Creates a symbolic link. Both paths end in a name as bytes.</summary>
    public static void Link(string target, ReadOnlySpan<byte> targetName, string path, ReadOnlySpan<byte> pathName)
    {
        if (MakeLink(Bytes(target, targetName), Bytes(path, pathName)) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static void Replace(string path, string? target)
    {
        File.Delete(path);
        if (target is not null)
            Link(target, default, path, default);
    }

    private static byte[] Bytes(string prefix, ReadOnlySpan<byte> name) =>
        [.. Encoding.UTF8.GetBytes(prefix), .. name, 0];

    private static void MakeDirectory(byte[] path)
    {
        if (MakeDirectory(path, Convert.ToUInt32("755", 8)) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc.so.6", EntryPoint = "mkdir", SetLastError = true)]
    private static partial int MakeDirectory(byte[] path, uint mode);

    [LibraryImport("libc.so.6", EntryPoint = "symlink", SetLastError = true)]
    private static partial int MakeLink(byte[] target, byte[] path);
}
