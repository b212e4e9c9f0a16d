using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

/// <summary>Devices above other devices, as directories.</summary>
public sealed class StackedDevicesTests : IDisposable
{
    private readonly SysfsTree _tree = new();
    private readonly NetClass _class;

    public StackedDevicesTests() => _class = new NetClass(_tree.Root);

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("bridge")]
    [InlineData("bond")]
    [InlineData("vlan")]
    [InlineData("macvlan")]
    [InlineData("macvtap")]
    [InlineData("ipvlan")]
    [InlineData("vxlan")]
    [InlineData("geneve")]
    [InlineData("team")]
    [InlineData("wireguard")]
    [InlineData("ppp")]
    public void IsUpper_KindThatTheKernelNames_IsOneWithoutAnythingBelow(string kind)
    {
        _tree.Add("x0"u8);
        _tree.Write("x0", "uevent", $"DEVTYPE={kind}\nINTERFACE=x0\nIFINDEX=7\n");
        _tree.Write("x0", "type", "1\n");
        Assert.True(IsUpper("x0"u8));
    }

    [Theory]
    [InlineData("bridge/stp_state", "0\n")]
    [InlineData("bonding/mode", "active-backup 1\n")]
    [InlineData("type", "768\n")] // ipip
    [InlineData("type", "769\n")] // ip6tnl
    [InlineData("type", "776\n")] // sit
    [InlineData("type", "778\n")] // gre
    [InlineData("type", "823\n")] // ip6gre
    public void IsUpper_WhatOnlySuchDevicesHave_MakesOne(string attribute, string content)
    {
        _tree.Add("x0"u8);
        _tree.Write("x0", attribute, content);
        _tree.Write("x0", "uevent", "INTERFACE=x0\nIFINDEX=7\n");
        Assert.True(IsUpper("x0"u8));
    }

    [Fact]
    public void IsUpper_AnythingWithALower_IsOneEvenWithHardwareOfItsOwn()
    {
        // hv_netvsc on a virtual function: the offloads that count are those of the latter.
        _tree.Add("eth0"u8, parent: "VMBUS:00/f8b3781a", subsystem: "vmbus", driver: "hv_netvsc");
        _tree.Add("vf0"u8, parent: "pci0001:00/0001:00:02.0", subsystem: "pci", driver: "mlx5_core");
        Stack("eth0", on: "vf0");
        Assert.True(IsUpper("eth0"u8));
        Assert.False(IsUpper("vf0"u8));
    }

    [Theory]
    [InlineData("INTERFACE=eno1\nIFINDEX=2\n")]
    [InlineData("DEVTYPE=wlan\nINTERFACE=eno1\nIFINDEX=2\n")]
    [InlineData("DEVTYPE=dsa\nOF_NAME=port\nINTERFACE=eno1\nIFINDEX=2\n")]
    [InlineData("DEVTYPE=bridged\nINTERFACE=eno1\nIFINDEX=2\n")]
    [InlineData("DEVTYPE=\nINTERFACE=DEVTYPE=bridge\nIFINDEX=2\n")]
    [InlineData("XDEVTYPE=bridge\n")]
    [InlineData("")]
    public void IsUpper_NicThatIsAPortOfOthers_IsNone(string uevent)
    {
        _tree.Add("eno1"u8, parent: "pci0000:00/0000:00:1f.6", subsystem: "pci", driver: "e1000e");
        _tree.Add("vmbr0"u8);
        _tree.Add("eno1.100"u8);
        _tree.Write("eno1", "uevent", uevent);
        _tree.Write("eno1", "type", "1\n");
        _tree.Write("eno1", "brport/state", "3\n");
        Stack("vmbr0", on: "eno1");
        Stack("eno1.100", on: "eno1");
        Assert.False(IsUpper("eno1"u8));
        Assert.True(IsUpper("vmbr0"u8));
        Assert.True(IsUpper("eno1.100"u8));
    }

    [Fact]
    public void IsUpper_FilesOfThoseNames_AreNoDirectories()
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "bridge", "");
        _tree.Write("eth0", "bonding", "");
        Assert.False(IsUpper("eth0"u8));
    }

    [Fact]
    public void IsUpper_WhatCannotBeSeen_IsNotTakenForAbsent()
    {
        _tree.Add("eth0"u8);
        SysfsTree.Link("bridge", default, $"{_tree.Root}/class/net/eth0/", "bridge"u8);
        using var device = _class.Open(Some.Interface("eth0"u8))!;
        var exception = Assert.Throws<LinuxException>(() => device.IsUpper);
        Assert.Equal(("eth0", 40), (exception.Subject, (int)exception.Errno));
    }

    [Fact]
    public void IsUpper_DirectoryThatIsGone_IsFalse()
    {
        _tree.Add("br0"u8);
        _tree.Write("br0", "bridge/stp_state", "0\n");
        using var device = _class.Open(Some.Interface("br0"u8))!;
        Assert.True(device.IsUpper);
        Directory.Delete(Path.Combine(_tree.Root, "devices/virtual/net/br0"), recursive: true);
        Assert.False(device.IsUpper);
        Assert.False(device.IsBondSlave);
        Assert.Equal(0, device.Index);
    }

    [Fact]
    public void IsUpper_AfterDispose_IsFalseAsForADeviceThatIsGone()
    {
        _tree.Add("eth0"u8);
        var device = _class.Open(Some.Interface("eth0"u8))!;
        device.Dispose();
        Assert.False(device.IsUpper);
        Assert.False(device.IsBondSlave);
        Assert.Equal(0, device.Index);
    }

    [Fact]
    public void ListLowers_OfABridge_AreItsPortsInOrder()
    {
        _tree.Add("vmbr0"u8);
        foreach (var port in new[] { "tap100i0", "eno1", "$(id)" })
        {
            _tree.Add(System.Text.Encoding.ASCII.GetBytes(port));
            Stack("vmbr0", on: port);
        }
        Stack("vmbr0.7", on: "vmbr0", add: true);
        Assert.Equal(
            [Some.Interface("$(id)"u8), Some.Interface("eno1"u8), Some.Interface("tap100i0"u8)],
            _class.ListLowers(Some.Interface("vmbr0"u8)));
        Assert.Equal([Some.Interface("vmbr0.7"u8)], _class.ListUppers(Some.Interface("vmbr0"u8)));
        Assert.Empty(_class.ListLowers(Some.Interface("eno1"u8)));
        Assert.Empty(_class.ListLowers(Some.Interface("missing0"u8)));
        Assert.Empty(_class.ListLowers(default));
    }

    [Fact]
    public void ListLowers_MorePortsThanOneReadHolds_AreAllThere()
    {
        _tree.Add("vmbr0"u8);
        for (var i = 0; i < 500; i++)
            SysfsTree.Link($"../tap{i}", default, $"{_tree.Root}/class/net/vmbr0/lower_tap{i}", default);
        Assert.Equal(500, _class.ListLowers(Some.Interface("vmbr0"u8)).Count);
    }

    [Fact]
    public void Bond_WithTwoPorts_IsFoundFromEither()
    {
        _tree.Add("bond0"u8);
        _tree.Write("bond0", "bonding/mode", "802.3ad 4\n");
        foreach (var port in new[] { "eno2", "eno1" })
        {
            _tree.Add(System.Text.Encoding.ASCII.GetBytes(port));
            Stack("bond0", on: port, port: true);
        }
        Stack("bond0.100", on: "bond0", add: true);

        foreach (var port in new[] { Some.Interface("eno1"u8), Some.Interface("eno2"u8) })
        {
            using var device = _class.Open(port)!;
            Assert.True(device.IsBondSlave);
            Assert.False(device.IsUpper);
            Assert.Equal(Some.Interface("bond0"u8), _class.FindBond(port));
        }
        Assert.Equal(
            [Some.Interface("eno1"u8), Some.Interface("eno2"u8)], _class.ListBondPorts(Some.Interface("bond0"u8)));
        Assert.Null(_class.FindBond(Some.Interface("bond0"u8)));
        Assert.Null(_class.FindBond(Some.Interface("bond0.100"u8)));
        Assert.Empty(_class.ListBondPorts(Some.Interface("bond0.100"u8)));
    }

    [Fact]
    public void Bond_BelowABridge_IsAPortOfTheBridgeAndOfNoBond()
    {
        _tree.Add("eno1"u8);
        _tree.Add("bond0"u8);
        _tree.Add("vmbr0"u8);
        _tree.Write("bond0", "bonding/mode", "active-backup 1\n");
        _tree.Write("vmbr0", "bridge/stp_state", "0\n");
        Stack("bond0", on: "eno1", port: true);
        Stack("vmbr0", on: "bond0", port: true);
        using var bond = _class.Open(Some.Interface("bond0"u8))!;
        Assert.False(bond.IsBondSlave);
        Assert.Null(_class.FindBond(bond.Name));
        Assert.Equal(Some.Interface("bond0"u8), _class.FindBond(Some.Interface("eno1"u8)));
        Assert.Empty(_class.ListBondPorts(Some.Interface("vmbr0"u8)));
        Assert.Equal([Some.Interface("bond0"u8)], _class.ListLowers(Some.Interface("vmbr0"u8)));
    }

    [Fact]
    public void Bond_OfAnInterfaceThatHasNone_IsNull()
    {
        _tree.Add("eth0"u8);
        SysfsTree.Link("../gone0", default, $"{_tree.Root}/class/net/eth0/", "master"u8);
        Assert.Null(_class.FindBond(Some.Interface("eth0"u8)));
        Assert.Null(_class.FindBond(Some.Interface("missing0"u8)));
        Assert.Null(_class.FindBond(default));
        Assert.Empty(_class.ListBondPorts(Some.Interface("missing0"u8)));
        Assert.Empty(_class.ListBondPorts(default));
    }

    [Fact]
    public void Index_OfADevice_IsReadAfresh()
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "ifindex", "2\n");
        using var device = _class.Open(Some.Interface("eth0"u8))!;
        Assert.Equal(2, device.Index);
        _tree.Write("eth0", "ifindex", "2147483647\n");
        Assert.Equal(int.MaxValue, device.Index);
        _tree.Write("eth0", "ifindex", "none\n");
        Assert.Equal(0, device.Index);
    }

    private bool IsUpper(ReadOnlySpan<byte> name)
    {
        using var device = _class.Open(Some.Interface(name));
        return device!.IsUpper;
    }

    // As netdev_adjacent_sysfs_add() of net/core/dev.c links them.
    private void Stack(string upper, string on, bool port = false, bool add = false)
    {
        if (add)
            _tree.Add(System.Text.Encoding.ASCII.GetBytes(upper));
        SysfsTree.Link($"../{on}", default, $"{_tree.Root}/class/net/{upper}/lower_{on}", default);
        SysfsTree.Link($"../{upper}", default, $"{_tree.Root}/class/net/{on}/upper_{upper}", default);
        if (port)
            SysfsTree.Link($"../{upper}", default, $"{_tree.Root}/class/net/{on}/master", default);
    }
}
