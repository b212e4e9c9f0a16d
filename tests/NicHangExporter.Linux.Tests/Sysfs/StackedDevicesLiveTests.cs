using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

/// <summary>Devices above other devices, as the running kernel shows them.</summary>
public sealed class StackedDevicesLiveTests : IDisposable
{
    // How ip(8) makes x0, and whether it takes ports afterwards.
    private static readonly (string Kind, string[] Arguments, bool TakesPorts)[] Kinds =
    [
        ("bridge", ["name", "x0", "type", "bridge"], true),
        ("bond", ["name", "x0", "type", "bond"], true),
        ("team", ["name", "x0", "type", "team"], true),
        ("vlan", ["link", "veth0", "name", "x0", "type", "vlan", "id", "7"], false),
        ("macvlan", ["link", "veth0", "name", "x0", "type", "macvlan"], false),
        ("macvtap", ["link", "veth0", "name", "x0", "type", "macvtap"], false),
        ("ipvlan", ["link", "veth0", "name", "x0", "type", "ipvlan"], false),
        ("macsec", ["link", "veth0", "name", "x0", "type", "macsec"], false),
        ("vxlan", ["name", "x0", "type", "vxlan", "id", "7", "dstport", "4789"], false),
        ("geneve", ["name", "x0", "type", "geneve", "id", "7", "remote", "192.0.2.1"], false),
        ("gre", ["name", "x0", "type", "gre", "remote", "192.0.2.1", "local", "192.0.2.2"], false),
        ("wireguard", ["name", "x0", "type", "wireguard"], false),
    ];

    private readonly NetworkNamespace _network = new();
    private readonly NamespaceSysfs _sysfs;
    private readonly NetClass _class;

    public StackedDevicesLiveTests()
    {
        _sysfs = new NamespaceSysfs(_network);
        _class = new NetClass(_sysfs.Root);
    }

    public void Dispose()
    {
        _sysfs.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void EachKind_ThatThisKernelMakes_IsSeenForWhatItIs()
    {
        var seen = new List<string>();
        foreach (var (kind, arguments, takesPorts) in Kinds)
        {
            if (_network.Execute("ip", ["link", "add", .. arguments]) is { ExitCode: not 0 } refusal)
            {
                Assert.Contains("Unknown device type", refusal.Error, StringComparison.Ordinal);
                continue;
            }
            // What takes ports is an upper before it has any.
            Assert.True(IsUpper("x0"u8), kind);
            if (takesPorts)
                Ip("link", "set", "veth0", "master", "x0");
            Assert.True(IsUpper("x0"u8), kind);
            Assert.False(IsUpper("veth0"u8), kind);
            AssertBond(kind == "bond", kind);
            if (arguments[0] == "link" || takesPorts)
            {
                Assert.Equal([Some.Interface("veth0"u8)], _class.ListLowers(Some.Interface("x0"u8)));
                Assert.Equal([Some.Interface("x0"u8)], _class.ListUppers(Some.Interface("veth0"u8)));
            }
            Ip("link", "del", "x0");
            Assert.Empty(_class.ListUppers(Some.Interface("veth0"u8)));
            seen.Add(kind);
        }
        TestContext.Current.TestOutputHelper?.WriteLine("seen: " + string.Join(' ', seen));
        Assert.Contains("bridge", seen);
    }

    [Fact]
    public void IsUpper_PairThatStandsOnNothing_IsNone()
    {
        Assert.False(IsUpper("veth0"u8));
        Assert.False(IsUpper("lo"u8));
        Ip("tuntap", "add", "name", "tap0", "mode", "tap");
        Assert.False(IsUpper("tap0"u8));
    }

    [Fact]
    public void ListLowers_BridgeInABridgesWay_AreThePortsOnly()
    {
        _network.AddPair("p2", "p1");
        Ip("link", "add", "br0", "type", "bridge");
        foreach (var port in new[] { "veth0", "p2", "p1" })
            Ip("link", "set", port, "master", "br0");
        Ip("link", "add", "link", "br0", "name", "guest0", "type", "macvlan");

        Assert.Equal(
            [Some.Interface("p1"u8), Some.Interface("p2"u8), Some.Interface("veth0"u8)],
            _class.ListLowers(Some.Interface("br0"u8)));
        Assert.Equal([Some.Interface("guest0"u8)], _class.ListUppers(Some.Interface("br0"u8)));
        Assert.Equal([Some.Interface("br0"u8)], _class.ListLowers(Some.Interface("guest0"u8)));
    }

    [Fact]
    public void Index_RenamedAndReplaced_StaysWithTheDevice()
    {
        using var device = _class.Open(Some.Interface("veth0"u8))!;
        var index = device.Index;
        Assert.Equal(_network.Execute("cat", "/sys/class/net/veth0/ifindex").Succeeded(), $"{index}\n");

        Ip("link", "set", "veth0", "name", "old0");
        _network.AddPair("veth0", "other");

        Assert.Equal(index, device.Index);
        using var impostor = _class.Open(Some.Interface("veth0"u8))!;
        Assert.NotEqual(index, impostor.Index);

        Ip("link", "del", "old0");
        Assert.Equal(0, device.Index);
        Assert.False(device.IsUpper);
        Assert.False(device.IsBondSlave);
    }

    private void AssertBond(bool isBond, string kind)
    {
        using var port = _class.Open(Some.Interface("veth0"u8))!;
        Assert.True(port.IsBondSlave == isBond, kind);
        Assert.Equal(isBond ? Some.Interface("x0"u8) : null, _class.FindBond(Some.Interface("veth0"u8)));
        Assert.Equal(
            isBond ? [Some.Interface("veth0"u8)] : Array.Empty<InterfaceName>(),
            _class.ListBondPorts(Some.Interface("x0"u8)));
    }

    private bool IsUpper(ReadOnlySpan<byte> name)
    {
        using var device = _class.Open(Some.Interface(name));
        return device!.IsUpper;
    }

    private void Ip(params IEnumerable<string> arguments) =>
        Execution.Of("ip", ["-n", _network.Name, .. arguments]).Succeeded();
}
