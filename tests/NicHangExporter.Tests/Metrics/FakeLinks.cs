using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>A directory for sysfs whose interfaces are changed as the kernel does, with the notices of it.</summary>
internal sealed class FakeLinks : IDisposable
{
    private readonly Dictionary<int, (string Name, string? Parent)> _links = [];
    private readonly List<LinkNotice> _waiting = [];
    private bool _isLost;
    private int _nextIndex = 2;

    public FakeLinks()
    {
        Write("lo", index: 1, parent: null);
        ReadNames = () => NamesIn(Sysfs.Root);
    }

    public SysfsTree Sysfs { get; } = new();

    /// <summary>The numbers of the interfaces, without the loopback.</summary>
    public IReadOnlyList<int> Indexes => [.. _links.Keys];

    /// <summary>Replaces <see cref="DeviceFeed.Compare"/>.</summary>
    public Func<NetDevice, LinkMatch> Compare { get; set; } = _ => LinkMatch.Same;

    /// <summary>Replaces <see cref="DeviceFeed.ReadNames"/>. By default, all names in sysfs.</summary>
    public Func<HashSet<InterfaceName>?> ReadNames { get; set; }

    /// <summary>The names of the interfaces in sysfs.</summary>
    public static HashSet<InterfaceName>? NamesIn(string sysfs)
    {
        var names = new List<InterfaceName>();
        return new NetClass(sysfs).TryList(names) == Errno.None ? [.. names] : null;
    }

    public string NameOf(int index) => _links[index].Name;

    public bool IsHardware(int index) => _links[index].Parent is not null;

    public DeviceFeed Feed(TimeProvider clock) => new(Drain, () => ReadNames(), device => Compare(device), clock);

    public int Create(string name, string? parent = null, int? index = null)
    {
        var number = index ?? _nextIndex++;
        Write(name, number, parent);
        _links.Add(number, (name, parent));
        Notify(LinkNoticeKind.Changed, number);
        return number;
    }

    public void Delete(int index, bool isNotified = true)
    {
        var (name, parent) = _links[index];
        File.Delete(Path.Combine(Sysfs.Root, "class/net", name));
        Directory.Delete(Place(name, parent), recursive: true);
        if (isNotified)
            Notify(LinkNoticeKind.Removed, index);
        _links.Remove(index);
    }

    public void Rename(int index, string name)
    {
        var (old, parent) = _links[index];
        File.Delete(Path.Combine(Sysfs.Root, "class/net", old));
        Directory.Move(Place(old, parent), Place(name, parent));
        SysfsTree.Link(
            $"../../devices/{parent ?? "virtual"}/net/", Bytes(name), $"{Sysfs.Root}/class/net/", Bytes(name));
        _links[index] = (name, parent);
        Notify(LinkNoticeKind.Changed, index);
    }

    public void Set(int index, string attribute, string value, bool isNotified = true)
    {
        Sysfs.Write(_links[index].Name, attribute, value + "\n");
        if (isNotified)
            Notify(LinkNoticeKind.Changed, index);
    }

    public void Notify(LinkNoticeKind kind, int index)
    {
        if (InterfaceName.TryParse(_links[index].Name, out var name))
            _waiting.Add(new LinkNotice(kind, index, name));
    }

    /// <summary>Loses what waits, as a socket whose queue is full.</summary>
    public void Lose()
    {
        _waiting.Clear();
        _isLost = true;
    }

    /// <summary>Loses what waits, and nobody knows.</summary>
    public void Forget() => _waiting.Clear();

    public void Dispose() => Sysfs.Dispose();

    private bool Drain(List<LinkNotice> notices)
    {
        notices.AddRange(_waiting);
        _waiting.Clear();
        var isWhole = !_isLost;
        _isLost = false;
        return isWhole;
    }

    private void Write(string name, int index, string? parent)
    {
        Sysfs.Add(Bytes(name), parent, "pci", "e1000e");
        foreach (var row in KernelMetrics.Files.Where(row => row.Collector == Collector.Link))
            Sysfs.Write(name, row.File, "0\n");
        Sysfs.Write(name, "ifindex", index + "\n");
        Sysfs.Write(name, "operstate", "down\n");
        Sysfs.Write(name, "queues/tx-0/tx_timeout", "0\n");
    }

    private string Place(string name, string? parent) =>
        Path.Combine(Sysfs.Root, "devices", parent ?? "virtual", "net", name);

    private static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name);
}
