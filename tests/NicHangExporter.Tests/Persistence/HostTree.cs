using System.Globalization;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Persistence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence;

/// <summary>A directory that looks like the root of a host, with its sysfs in another one.</summary>
internal sealed class HostTree : IDisposable
{
    public const string Bus = "0000:00:1f.6";

    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly SysfsTree _sysfs = new();

    public HostTree() => Root = new HostRoot(_directory.Path, _sysfs.Root);

    public HostRoot Root { get; }

    public void Dispose()
    {
        _sysfs.Dispose();
        _directory.Dispose();
    }

    /// <summary>Adds a NIC, or a virtual interface if it has no address, with what udev stores about it.</summary>
    public HostTree Interface(string name, long index, string? bus, string? link)
    {
        _sysfs.Add(Encoding.UTF8.GetBytes(name), bus is null ? null : $"pci0000:00/{bus}", "pci", "e1000e");
        _sysfs.Write(name, "ifindex", $"{index}\n");
        _sysfs.Write(name, "type", "1\n");
        _sysfs.Write(name, "uevent", $"INTERFACE={name}\nIFINDEX={index}\n");
        if (link is not null)
            Write($"/run/udev/data/n{index.ToString(CultureInfo.InvariantCulture)}",
                $"I:1\nE:ID_NET_DRIVER=e1000e\nE:ID_PATH=pci-{bus}\nE:ID_NET_LINK_FILE={link}\nG:systemd\n");
        return this;
    }

    /// <summary>Writes an attribute of an interface.</summary>
    public HostTree Attribute(string device, string attribute, string content)
    {
        _sysfs.Write(device, attribute, content);
        return this;
    }

    /// <summary>Renames an interface as udev does.</summary>
    public void Rename(string from, string to, long index, string link)
    {
        Directory.Delete(Path.Combine(_sysfs.Root, "class/net", from));
        Interface(to, index, Bus, link);
    }

    /// <summary>Removes an interface.</summary>
    public void RemoveInterface(string name) => File.Delete(Path.Combine(_sysfs.Root, "class/net", name));

    public HostTree Write(string path, string text)
    {
        Folder(Path.GetDirectoryName(path)!);
        File.WriteAllText(Root.Full(path), text);
        return this;
    }

    public HostTree Folder(string path)
    {
        Directory.CreateDirectory(Root.Full(path));
        return this;
    }

    public HostTree Link(string path, string target)
    {
        Folder(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(Root.Full(path), target);
        return this;
    }

    public string Text(string path) => File.ReadAllText(Root.Full(path));

    /// <summary>Each file and folder below the root, with kind, permissions and content.</summary>
    public List<string> Snapshot() =>
        [
            .. Directory.EnumerateFileSystemEntries(Root.Path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Select(Describe),
        ];

    public HostNic Nic => HostNic.Find(Root, Bus);

    public PersistencePlan Plan(
        PersistenceWay? via, string settings = "tx-tcp-segmentation tx-tcp6-segmentation tx-generic-segmentation",
        DeviceFeatures? features = null, string? profile = "segmentation") =>
        PersistencePlanner.Plan(Root, new PersistenceRequest(Nic, [.. settings.Split(' ')], profile, via, features));

    public PersistenceApplied Apply(PersistencePlan plan) => new PersistenceWriter(Root).Apply(plan);

    public PersistenceRemoved Remove(string bus = Bus)
    {
        Assert.True(BusAddress.TryParse(bus, out var address));
        return new PersistenceWriter(Root).Remove(address);
    }

    private static string Describe(string path)
    {
        Assert.Equal(Errno.None, FileStatus.TryReadUnfollowed(path, out var status));
        var content = status.Kind switch
        {
            FileKind.Regular => File.ReadAllText(path, Encoding.Latin1),
            FileKind.SymbolicLink => new FileInfo(path).LinkTarget,
            _ => "",
        };
        return $"{path} {status.Kind} {status.Mode} {content}";
    }
}
