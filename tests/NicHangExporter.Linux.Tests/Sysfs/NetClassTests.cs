using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

public sealed class NetClassTests : IDisposable
{
    private readonly SysfsTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void TryList_Interfaces_AreSortedByBytesAndOthersSkipped()
    {
        _tree.Add("eth10"u8);
        _tree.Add("eth2"u8);
        _tree.Add("Z"u8);
        _tree.Add([0xff, 0xfe]);
        _tree.Add("-rf"u8);
        _tree.Add("$(id)"u8);
        _tree.Add("a\nb"u8);
        _tree.Add("sixteen-bytes-xx"u8);
        Directory.CreateDirectory(Path.Combine(_tree.Root, "class/net/plain"));
        File.WriteAllText(Path.Combine(_tree.Root, "class/net/bonding_masters"), "");
        SysfsTree.Link("../../nowhere", default, $"{_tree.Root}/class/net/", "gone0"u8);
        SysfsTree.Link("bonding_masters", default, $"{_tree.Root}/class/net/", "tofile0"u8);

        var devices = new List<InterfaceName> { Some.Interface("stale0"u8) };
        Assert.Equal(Errno.None, new NetClass(_tree.Root).TryList(devices));

        Assert.Equal(
            ["$(id)", "-rf", "Z", "eth10", "eth2", "plain", @"\xff\xfe"], devices.Select(name => name.ToString()));
    }

    [Fact]
    public void TryList_MoreInterfacesThanOneReadHolds_AreAllThere()
    {
        for (var i = 0; i < 500; i++)
            _tree.Add(System.Text.Encoding.ASCII.GetBytes($"eth{i}"));
        var devices = new List<InterfaceName>();
        Assert.Equal(Errno.None, new NetClass(_tree.Root).TryList(devices));
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => $"eth{i}").Order(StringComparer.Ordinal),
            devices.Select(name => name.ToString()));
    }

    [Fact]
    public void TryList_NoSuchClass_IsNoEntryAndEmpty()
    {
        var devices = new List<InterfaceName> { Some.Interface("stale0"u8) };
        Assert.Equal(Errno.NoEntry, new NetClass(_tree.Root + "/missing").TryList(devices));
        Assert.Empty(devices);
        File.WriteAllText(_tree.Root + "/file", "");
        Assert.Equal(Errno.NotDirectory, new NetClass(_tree.Root + "/file").TryList(devices));
    }

    [Fact]
    public void TryList_IntoAListThatHasRoom_AllocatesNothing()
    {
        for (var i = 0; i < 100; i++)
            _tree.Add(System.Text.Encoding.ASCII.GetBytes($"eth{i}"));
        var (netClass, devices) = (new NetClass(_tree.Root), new List<InterfaceName>());
        netClass.TryList(devices);
        // One handle of the directory, for any number of interfaces.
        Assert.InRange(Allocations.Of(() => netClass.TryList(devices)), 0, 200);
        Assert.Equal(100, devices.Count);
    }

    [Fact]
    public void Open_MissingOrNoInterface_IsNull()
    {
        File.WriteAllText(Path.Combine(_tree.Root, "class/net/bonding_masters"), "");
        SysfsTree.Link("../../nowhere", default, $"{_tree.Root}/class/net/", "gone0"u8);
        var netClass = new NetClass(_tree.Root);
        Assert.Null(netClass.Open(default));
        Assert.Null(netClass.Open(Some.Interface("eth0"u8)));
        Assert.Null(netClass.Open(Some.Interface("gone0"u8)));
        Assert.Null(netClass.Open(Some.Interface("bonding_masters"u8)));
    }

    [Fact]
    public void Open_ClassThatIsMissing_IsNotAnInterfaceThatIsGone()
    {
        var missing = new NetClass(_tree.Root + "/missing");
        Assert.Equal(Errno.NoEntry, Assert.Throws<LinuxException>(() => missing.Open(Some.Interface("eth0"u8))).Errno);
        Assert.Equal(Errno.NoEntry, Assert.Throws<LinuxException>(() =>
            missing.FindByBusAddress(Some.Address("0000:01:00.0"))).Errno);
        Assert.Throws<LinuxException>(() => missing.ListUppers(Some.Interface("eth0"u8)));
    }

    [Fact]
    public void Open_InterfaceWhoseParentCannotBeRead_IsNoVirtualDevice()
    {
        Requires.Root();
        _tree.Add("eth0"u8, parent: "pci0000:00/0000:01:00.0");
        var netClass = new NetClass(_tree.Root);
        File.SetUnixFileMode(Path.Combine(_tree.Root, "class/net/eth0"), UnixFileMode.None);

        OtherUser.Run(_tree.Root, () =>
        {
            Assert.Equal(Errno.Access, Assert.Throws<LinuxException>(() =>
                netClass.Open(Some.Interface("eth0"u8))).Errno);
            Assert.Equal(Errno.Access, Assert.Throws<LinuxException>(() =>
                netClass.FindByBusAddress(Some.Address("0000:01:00.0"))).Errno);
        });
        using var device = netClass.Open(Some.Interface("eth0"u8));
        Assert.True(device is { IsPhysical: true });
    }

    [Fact]
    public void Open_LinkThatTurnsInCircles_ThrowsWithErrno()
    {
        SysfsTree.Link("loop0", default, $"{_tree.Root}/class/net/", "loop0"u8);
        var exception = Assert.Throws<LinuxException>(() => new NetClass(_tree.Root).Open(Some.Interface("loop0"u8)));
        Assert.Equal(40, (int)exception.Errno);
        Assert.Contains("class/net/loop0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameThatIsNotUtf8_ReadsIt()
    {
        _tree.Add([0xff, 0xfe], parent: "pci0000:00/0000:00:1f.6");
        using var device = new NetClass(_tree.Root).Open(Some.Interface([0xff, 0xfe]));
        Assert.NotNull(device);
        Assert.Equal("0000:00:1f.6", device.BusAddress.ToString());
    }

    [Fact]
    public void FindByBusAddress_OneFunctionWithTwoPorts_FindsBoth()
    {
        _tree.Add("p2"u8, parent: "pci0000:00/0000:01:00.0");
        _tree.Add("p1"u8, parent: "pci0000:00/0000:01:00.0");
        _tree.Add("other"u8, parent: "pci0000:00/0000:01:00.1");
        _tree.Add("vmbr0"u8);
        var netClass = new NetClass(_tree.Root);
        Assert.Equal(
            [Some.Interface("p1"u8), Some.Interface("p2"u8)], netClass.FindByBusAddress(Some.Address("0000:01:00.0")));
        Assert.Equal([Some.Interface("other"u8)], netClass.FindByBusAddress(Some.Address("0000:01:00.1")));
        Assert.Empty(netClass.FindByBusAddress(Some.Address("0000:01:00")));
        Assert.Empty(netClass.FindByBusAddress(Some.Address("000:01:00.0")));
        Assert.Empty(netClass.FindByBusAddress(default));
    }

    [Fact]
    public void FindByBusAddress_ClassThatCannotBeRead_Throws()
    {
        File.WriteAllText(_tree.Root + "/file", "");
        var exception = Assert.Throws<LinuxException>(() =>
            new NetClass(_tree.Root + "/file").FindByBusAddress(Some.Address("virtio0")));
        Assert.Equal(Errno.NotDirectory, exception.Errno);
    }

    [Fact]
    public void ListUppers_BridgeAndVlan_AreListed()
    {
        _tree.Add("eno1"u8, parent: "pci0000:00/0000:00:1f.6");
        _tree.Add("vmbr0"u8);
        _tree.Add("eno1.100"u8);
        SysfsTree.Link("../../../virtual/net/vmbr0", default, $"{_tree.Root}/class/net/eno1/", "upper_vmbr0"u8);
        SysfsTree.Link("../../../virtual/net/eno1.100", default, $"{_tree.Root}/class/net/eno1/", "upper_eno1.100"u8);
        SysfsTree.Link("../eno1", default, $"{_tree.Root}/class/net/vmbr0/", "lower_eno1"u8);
        var netClass = new NetClass(_tree.Root);
        Assert.Equal(
            [Some.Interface("eno1.100"u8), Some.Interface("vmbr0"u8)], netClass.ListUppers(Some.Interface("eno1"u8)));
        Assert.Empty(netClass.ListUppers(Some.Interface("vmbr0"u8)));
        Assert.Empty(netClass.ListUppers(Some.Interface("missing0"u8)));
        Assert.Empty(netClass.ListUppers(default));
    }

    [Fact]
    public void Root_WithNul_IsRefused() => Assert.Throws<ArgumentException>(() => new NetClass("/sys\0/x"));
}
