using System.Text.Json;
using NicHangExporter.Linux.Link;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Link;

/// <summary>The running kernel, against what ip(8) says of the same interface.</summary>
public sealed class LinkFlagsLiveTests : IDisposable
{
    private static readonly InterfaceName Veth = InterfaceName.TryParse("veth0", out var name) ? name : default;

    private readonly NetworkNamespace _namespace = new();
    private readonly LinkFlags _flags;

    public LinkFlagsLiveTests() => _flags = _namespace.Inside(() => new LinkFlags());

    public void Dispose()
    {
        _flags.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void UpAndDown_AreSeenByIp_AndOtherFlagsStay()
    {
        _namespace
            .Execute("ip", "link", "set", "veth0", "promisc", "on", "arp", "off", "allmulticast", "on")
            .Succeeded();
        string[] others = ["ALLMULTI", "BROADCAST", "MULTICAST", "NOARP", "PROMISC"];
        Assert.Equal(others, Printed());

        Assert.True(_flags.BringUp(Veth));
        Assert.Equal([.. others, "UP"], Printed());

        Assert.True(_flags.BringDown(Veth));
        Assert.Equal(others, Printed());
    }

    [Fact]
    public void Read_OfAPairThatIsUp_IsUpAndRunning()
    {
        Assert.Equal(InterfaceFlags.Broadcast | InterfaceFlags.Multicast, _flags.Read(Veth));

        _namespace.Execute("ip", "link", "set", "veth1", "up").Succeeded();

        Assert.True(_flags.BringUp(Veth));
        Assert.False(_flags.BringUp(Veth));
        // IFF_RUNNING follows operstate, which the kernel's link watch sets a little later.
        const InterfaceFlags Expected =
            InterfaceFlags.Up | InterfaceFlags.Running | InterfaceFlags.Broadcast | InterfaceFlags.Multicast;
        SpinWait.SpinUntil(() => _flags.Read(Veth) == Expected, TimeSpan.FromSeconds(30));
        Assert.Equal(Expected, _flags.Read(Veth));
    }

    [Fact]
    public void HostileName_IsSwitchedAndNothingElse()
    {
        _namespace.AddPair("$(reboot)", "-rf");
        Assert.True(InterfaceName.TryParse("-rf", out var hostile));

        Assert.True(_flags.BringUp(hostile));

        Assert.Equal(["BROADCAST", "MULTICAST"], Printed());
        Assert.True(_flags.Read(hostile).HasFlag(InterfaceFlags.Up));
    }

    [Fact]
    public void UnknownInterface_IsNoDevice()
    {
        Assert.True(InterfaceName.TryParse("nosuch0", out var unknown));

        Assert.Equal(
            "SIOCGIFFLAGS on nosuch0 failed: No such device (errno 19)",
            Assert.Throws<LinuxException>(() => _flags.BringDown(unknown)).Message);
    }

    // Without what depends on the peer (carrier).
    private string[] Printed()
    {
        using var json = JsonDocument.Parse(
            _namespace.Execute("ip", "-json", "link", "show", "dev", "veth0").Succeeded());
        return [.. json.RootElement[0].GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()!)
            .Except(["M-DOWN", "NO-CARRIER", "LOWER_UP"]).Order(StringComparer.Ordinal)];
    }
}
