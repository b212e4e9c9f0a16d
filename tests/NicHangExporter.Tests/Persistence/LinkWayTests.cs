using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>When a <c>.link</c> file is taken, what it repeats, and why it is not taken.</summary>
public sealed class LinkWayTests
{
    [Theory]
    [InlineData("eee", "systemd has no key for eee")]
    [InlineData("tx-scatter-gather", "systemd has no key for tx-scatter-gather")]
    [InlineData("tx-tcp-ecn-segmentation tx-tcp-segmentation", "systemd has no key for tx-tcp-ecn-segmentation")]
    [InlineData("rx-gro-hw", "systemd has a key for rx-gro-hw since version 250, and this is 247")]
    [InlineData("tx-checksum-ipv4",
        "systemd has one key for all transmit checksums, and the features of the device are unknown")]
    public void ASettingWithoutKey_IsLeftToUdev(string settings, string reason)
    {
        using var host = Hosts.Create("plain");
        UseSystemd(host, "libsystemd-shared-247.so");

        var plan = host.Plan(null, settings);

        Assert.Equal(PersistenceWay.Udev, plan.Way);
        Assert.Contains($"link does not apply: {reason}", plan.Notes);
        var error = Assert.Throws<PersistenceException>(() => host.Plan(PersistenceWay.Link, settings));
        Assert.Equal(
            $"enp0s31f6: no way to persist these settings on this host: link does not apply: {reason}", error.Message);
    }

    [Theory]
    [InlineData("libsystemd-shared-252.so", "rx-vlan-hw-parse", true)]
    [InlineData("libsystemd-shared-257.7-1.fc42.so", "rx-vlan-hw-parse", true)]
    [InlineData("libsystemd-shared-245.so", "pause", false)]
    [InlineData("libsystemd-shared-246.so", "pause", true)]
    [InlineData("libsystemd-core-252.so", "pause", false)]
    [InlineData("libsystemd-core-252.so", "rx-checksum", true)]
    [InlineData("libsystemd-shared-x.so", "rx-checksum", true)]
    public void TheVersion_DecidesOnKeys(string library, string setting, bool isLink)
    {
        using var host = Hosts.Create("plain");
        UseSystemd(host, library);

        Assert.Equal(isLink ? PersistenceWay.Link : PersistenceWay.Udev, host.Plan(null, setting).Way);
    }

    [Fact]
    public void ImpliedFeatures_NeedNoKey()
    {
        using var host = Hosts.Create("plain");

        var plan = host.Plan(null,
            "tx-tcp-ecn-segmentation tx-tcp-mangleid-segmentation tx-tcp-segmentation tx-tcp6-segmentation");

        Assert.EndsWith(
            "MACAddressPolicy=persistent\nTCPSegmentationOffload=no\nTCP6SegmentationOffload=no\n", plan.Content,
            StringComparison.Ordinal);
        Assert.Equal(4, plan.Settings.Length);
    }

    [Fact]
    public void TransmitChecksums_HaveOneKey()
    {
        using var host = Hosts.Create("plain");
        var features = Features(("tx-checksum-ip-generic", true), ("tx-checksum-sctp", false), ("rx-gro", true));

        var plan = host.Plan(null, "tx-checksum-ip-generic", features);

        Assert.EndsWith("\nTransmitChecksumOffload=no\n", plan.Content, StringComparison.Ordinal);
        Assert.Contains("TransmitChecksumOffload=no also turns segmentation off, which depends on it", plan.Notes);
    }

    [Fact]
    public void ATransmitChecksumThatStaysOn_IsLeftToUdev()
    {
        using var host = Hosts.Create("plain");
        var features = Features(("tx-checksum-ipv4", true), ("tx-checksum-sctp", true));

        var plan = host.Plan(null, "tx-checksum-ipv4", features);

        Assert.Equal(PersistenceWay.Udev, plan.Way);
        Assert.Contains(
            "link does not apply: systemd has one key for all transmit checksums, and tx-checksum-sctp stays on",
            plan.Notes);
    }

    [Fact]
    public void TheInitramfsOrPin_IsNeverOutranked()
    {
        using var host = Hosts.Create("proxmox");

        Assert.Equal(
            "/etc/systemd/network/50-pmx-nic0.link.d/90-nic-hang-exporter.conf", host.Plan(null).Path);
        Assert.DoesNotContain("[Match]", host.Plan(null).Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Match]\nMACAddress=52:54:00:12:34:01\n[Link]\nName=nic0\n", null)]
    [InlineData("[Match]\nPermanentMACAddress=52:54:00:12:34:01\n", null)]
    [InlineData("[Match]\nPath=pci-0000:00:1f.6\n", null)]
    [InlineData("[Match]\nOriginalName=*\n", "does not name one NIC")]
    [InlineData("[Match]\nPath=*-usb-*\n", "does not name one NIC")]
    [InlineData("[Match]\nMACAddress=52:54:00:12:34:01 52:54:00:12:34:02\n", "does not name one NIC")]
    [InlineData("[Match]\nDriver=e1000e\n", "does not name one NIC")]
    [InlineData("[Match]\n#MACAddress=52:54:00:12:34:01\nType=ether\n", "does not name one NIC")]
    public void ADropIn_NeedsAFileOfOneNic(string text, string? reason)
    {
        using var host = Hosts.Create("proxmox");
        host.Write(Hosts.Pin, text);

        var plan = host.Plan(null);

        Assert.Equal(reason is null ? PersistenceWay.Link : PersistenceWay.Udev, plan.Way);
        if (reason is not null)
            Assert.Contains($"link does not apply: [Match] of {Hosts.Pin} {reason}", plan.Notes);
    }

    [Fact]
    public void AFileThatAnotherNicUses_GetsNoDropIn()
    {
        using var host = Hosts.Create("proxmox");
        host.Interface("eno2", 9, "0000:02:00.0", Hosts.Pin);

        var plan = host.Plan(null);

        Assert.Equal(PersistenceWay.Udev, plan.Way);
        Assert.Contains($"link does not apply: {Hosts.Pin} is in force for 2 interfaces", plan.Notes);
    }

    [Fact]
    public void DropInsOfTheDefault_AreRepeated()
    {
        using var host = Hosts.Create("plain");
        host.Write("/etc/systemd/network/99-default.link.d/20-wol.conf", "[Link]\nWakeOnLan = magic\n");
        host.Write("/usr/lib/systemd/network/99-default.link.d/10-mtu.conf", "[Link]\nMTUBytes=9000\n");
        host.Write("/usr/lib/systemd/network/99-default.link.d/20-wol.conf", "[Link]\nWakeOnLan=off\n");

        Assert.Contains(
            "MACAddressPolicy=persistent\nMTUBytes=9000\nWakeOnLan=magic\nTCPSegmentationOffload=no\n",
            host.Plan(null).Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/systemd/network/99-default.link.d/10-x.conf", "[Match]\nDriver=igb\n",
        "/etc/systemd/network/99-default.link.d/10-x.conf narrows 99-default.link to some NICs")]
    [InlineData("/usr/lib/systemd/network/99-default.link", "[Link]\nNamePolicy=keep \\\n path\n",
        "/usr/lib/systemd/network/99-default.link has a continued line")]
    [InlineData("/run/udev/data/n2", "E:ID_NET_LINK_FILE=/usr/lib/systemd/network/99-default.link\n",
        "udev knows no ID_PATH of the device")]
    [InlineData("/run/udev/data/n2", "I:1\n", "udev applies no .link file to the device")]
    public void ADefaultThatCannotBeRepeated_IsLeftToUdev(string path, string text, string reason)
    {
        using var host = Hosts.Create("plain");
        host.Write(path, text);

        var plan = host.Plan(null);

        Assert.Equal(PersistenceWay.Udev, plan.Way);
        Assert.Contains($"link does not apply: {reason}", plan.Notes);
    }

    [Fact]
    public void AWirelessDevice_IsLeftToUdev()
    {
        using var host = Hosts.Create("plain");
        host.Attribute("enp0s31f6", "uevent", "DEVTYPE=wlan\nINTERFACE=wlan0\n");

        Assert.Contains(
            "link does not apply: the device is of type wlan, not an ordinary Ethernet device", host.Plan(null).Notes);
    }

    [Fact]
    public void TwoPortsAtOneAddress_AreSaid()
    {
        using var host = Hosts.Create("plain");
        host.Interface("enp0s31f6d1", 9, HostTree.Bus, Hosts.Default);

        Assert.Contains(
            "the file covers all 2 ports at 0000:00:1f.6: enp0s31f6, enp0s31f6d1", host.Plan(null).Notes);
    }

    // The key that systemd(1) names must exist in its parser: link-config-gperf.gperf.
    [Fact]
    public void EachKey_IsWrittenOnce()
    {
        Assert.Equal(LinkKeys.All.Length, LinkKeys.All.Select(row => row.Setting).Distinct().Count());
        Assert.All(LinkKeys.Implied, row => Assert.DoesNotContain(LinkKeys.All, key => key.Setting == row.Key));
    }

    private static DeviceFeatures Features(params (string Name, bool Changeable)[] features) =>
        new([
            .. features.Select(feature => new Feature(feature.Name, feature.Changeable, true, true, false)),
        ]);

    private static void UseSystemd(HostTree host, string library)
    {
        Directory.Delete(host.Root.Full("/usr/lib/x86_64-linux-gnu"), recursive: true);
        host.Write($"/usr/lib64/systemd/{library}", "ELF");
    }
}
